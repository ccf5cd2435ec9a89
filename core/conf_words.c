/* conf_words.c - a command line into words, without a shell and its surprises. */
#include "config.h"

#include "core/buf.h"
#include "core/conf.h"
#include "core/mem.h"

#include <stdlib.h>

#define WORDS_MAX 256         /* words of one command */
#define WORD_MAX  (64u << 10) /* bytes of one word */

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

/* Add one word of *text to out and step over it. False: an open quote or a final backslash. */
static bool
word(const char **text, struct buf *out)
{
	const char *s = *text;
	char quote = '\0';

	for (; *s && (quote || !is_blank(*s)); s++) {
		if (quote ? *s == quote : (*s == '"' || *s == '\'')) {
			quote = quote ? '\0' : *s;
		} else if (*s == '\\' && quote != '\'' && (!quote || s[1] == '"' || s[1] == '\\')) {
			if (!*++s)
				return false;
			buf_add(out, s, 1);
		} else {
			buf_add(out, s, 1);
		}
	}
	*text = s;
	return !quote;
}

enum err_code
conf_words(const char *text, char ***words, struct err *err)
{
	char **list = mem_array(WORDS_MAX + 1, sizeof(*list));
	struct buf one = BUF_INIT(WORD_MAX);
	const char *s = text;
	size_t n = 0;
	bool good = true;

	while (good) {
		while (is_blank(*s))
			s++;
		if (!*s || n == WORDS_MAX)
			break;
		good = word(&s, &one) && !one.full;
		list[n++] = buf_take(&one);
	}
	if (good && n && !*s) {
		*words = list;
		return ERR_OK;
	}
	conf_words_free(list);
	if (!good) {
		err_set(err, ERR_CONFIG, "a quote or a backslash in the command is not closed");
		return err_hint(err, "write it as for a shell: 'a word' \"a word\" a\\ word");
	}
	if (n)
		return err_set(err, ERR_CONFIG, "the command has more than %d words", WORDS_MAX);
	err_set(err, ERR_CONFIG, "the command is empty");
	return err_hint(err, "name a program and its arguments");
}

void
conf_words_free(char **words)
{
	if (!words)
		return;
	for (char **w = words; *w; w++)
		free(*w);
	free(words);
}
