/* fuzz_conf.c - no config file, filter or command line of words makes the readers crash,
 * or gives a value that would not be taken again. */
#include "config.h"

#include "tests/fuzz.h"

#include "core/conf.h"
#include "core/conf_impl.h"
#include "core/filter.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

const struct fuzz_seed fuzz_seeds[] = {
	FUZZ_SEED("# c\nurl = https://api.scale.com:443/v1/\nrefresh=10\n[profile a]\nutc: yes\n"),
	FUZZ_SEED("\xEF\xBB\xBF theme = mono\r\nkey_command = sh -c 'a \"b\" \\c'\n[x]\ny=1\n"),
	FUZZ_SEED("profile = b\n[profile b]\nkey_file = ~/k\nproxy = socks5://h:1\nascii = auto\n"),
	FUZZ_SEED("status=error batch:night-a tag:weather:rain age<2h !\"fog a\" priority:30 0412"),
	{ NULL, 0 },
};

static void
warn(const char *text, void *arg)
{
	(void)arg;
	fuzz_must(*text != '\0', "a warning says something");
}

static void
check_file(const uint8_t *data, size_t size)
{
	struct conf *c = calloc(1, sizeof(*c));
	struct err err = ERR_INIT;
	char path[32], *again;
	int fd = memfd_create("config", MFD_CLOEXEC);

	fuzz_must(c && fd >= 0 && write(fd, data, size) == (ssize_t)size, "memory");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (conf_file_read(c, &(struct conf_reading){ .path = path, .warn = warn }, &err) != ERR_OK)
		fuzz_must(err.code == ERR_CONFIG && err.msg[0], "an error says what is wrong");
	else
		for (int i = 0; i < CONF_COUNT; i++) {
			const char *value = conf_get(c, (enum conf_id)i);

			fuzz_must(conf_value_read((enum conf_id)i, value, &again, &err) == ERR_OK &&
					  strcmp(again, value) == 0,
				  "a value that was taken is taken again as it is");
			free(again);
		}
	for (int i = 0; i < CONF_COUNT; i++)
		free(c->item[i].value);
	free(c);
	close(fd);
}

static void
check_filter(const char *text)
{
	struct filter f = { .count = 77 };
	struct err err = ERR_INIT;
	size_t at = 0;

	if (filter_parse(text, &f, &at, &err) != ERR_OK) {
		fuzz_must(f.count == 77, "a bad filter changes nothing");
		fuzz_must(at <= strlen(text) && err.msg[0], "and says where");
		return;
	}
	fuzz_must(f.count <= FILTER_TERMS_MAX, "a bounded number of words");
	for (size_t i = 0; i < f.count; i++)
		fuzz_must(f.term[i].text[0] && memchr(f.term[i].text, '\0', sizeof(f.term[i].text)),
			  "a word is whole");
}

static void
check_words(const char *text)
{
	char **words = NULL;
	struct err err = ERR_INIT;

	if (conf_words(text, &words, &err) == ERR_OK)
		fuzz_must(words[0] != NULL, "at least one word");
	else
		fuzz_must(!words && err.code == ERR_CONFIG, "nothing on an error");
	conf_words_free(words);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	fuzz_must(text, "memory");
	memcpy(text, data, size);
	text[size] = '\0';
	setenv("HOME", "/home/x", 1); /* for "~/" */
	check_file(data, size);
	check_filter(text);
	check_words(text);
	free(text);
	return 0;
}
