/* test_conf.c - what is in force, where it came from, and where the key is kept. */
#include "config.h"

#include "tests/test.h"

#include "core/conf.h"
#include "core/conf_impl.h"
#include "core/near.h"

#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

static char root[] = "/tmp/ms-conf-XXXXXX";
static char warnings[8192];

static void
warn(const char *text, void *arg)
{
	size_t n = strlen(warnings);

	(void)arg;
	snprintf(warnings + n, sizeof(warnings) - n, "%s\n", text);
}

static const char *
in(const char *name)
{
	static char path[4][256];
	static unsigned turn;
	char *p = path[turn++ % 4];

	snprintf(p, sizeof(path[0]), "%s/%s", root, name);
	return p;
}

static void
write_file(const char *path, const char *text, size_t n, mode_t mode)
{
	int fd;

	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, n), n);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static void
config(const char *text)
{
	write_file(in("config.ini"), text, strlen(text), 0600);
	setenv("MULTISTAGE_CONFIG", in("config.ini"), 1);
}

static int
fresh(void **state)
{
	(void)state;
	for (int i = 0; i < CONF_COUNT; i++)
		unsetenv(conf_options[i].env);
	unsetenv("MULTISTAGE_CONFIG");
	unsetenv("SCALE_API_KEY");
	unsetenv("CREDENTIALS_DIRECTORY");
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("XDG_CACHE_HOME");
	unsetenv("XDG_DATA_HOME");
	setenv("HOME", root, 1);
	setenv("XDG_STATE_HOME", in("state"), 1);
	warnings[0] = '\0';
	return 0;
}

static struct conf *
must_open(const struct conf_flags *flags)
{
	struct err err = ERR_INIT;
	struct conf *c = conf_open(flags, warn, NULL, &err);

	if (!c)
		fail_msg("%s (%s)", err.msg, err.hint);
	return c;
}

static void
must_fail(const struct conf_flags *flags, const char *part)
{
	struct err err = ERR_INIT;
	struct conf *c = conf_open(flags, warn, NULL, &err);

	if (c)
		fail_msg("no error with \"%s\"", part);
	assert_int_equal(err.code, ERR_CONFIG);
	if (!strstr(err.msg, part) && !strstr(err.hint, part))
		fail_msg("\"%s\" is not in \"%s\" (%s)", part, err.msg, err.hint);
}

static void
without_a_file_everything_is_built_in(void **state)
{
	struct conf *c = must_open(NULL);

	(void)state;
	for (int i = 0; i < CONF_COUNT; i++) {
		assert_string_equal(conf_get(c, (enum conf_id)i), conf_options[i].initial);
		assert_string_equal(conf_origin(c, (enum conf_id)i), "built in");
	}
	assert_int_equal(conf_number(c, CONF_REFRESH), 15);
	assert_false(conf_yes(c, CONF_UTC));
	assert_string_equal(warnings, "");
	conf_close(c);
}

static void
each_source_wins_over_the_one_below(void **state)
{
	struct conf_flags flags = { .value[CONF_REFRESH] = "5" };
	struct conf *c;

	(void)state;
	config("refresh = 1\ntheme = one\nescdelay = 11\nascii = yes\n"
	       "[profile work]\nrefresh = 2\ntheme = two\nescdelay = 12\n"
	       "[profile other]\nascii = no\n");
	setenv("MULTISTAGE_PROFILE", "work", 1);
	setenv("MULTISTAGE_REFRESH", "3", 1);
	setenv("MULTISTAGE_THEME", "three", 1);
	c = must_open(&flags);
	assert_string_equal(conf_get(c, CONF_REFRESH), "5");
	assert_string_equal(conf_origin(c, CONF_REFRESH), "--refresh");
	assert_string_equal(conf_get(c, CONF_THEME), "three");
	assert_string_equal(conf_origin(c, CONF_THEME), "MULTISTAGE_THEME");
	assert_string_equal(conf_get(c, CONF_ESCDELAY), "12");
	assert_string_equal(conf_origin(c, CONF_ESCDELAY), "config.ini:8");
	assert_string_equal(conf_get(c, CONF_ASCII), "yes");
	assert_string_equal(conf_origin(c, CONF_ASCII), "config.ini:4");
	assert_string_equal(conf_get(c, CONF_PROFILE), "work");
	assert_string_equal(warnings, "");
	conf_close(c);
}

static void
a_profile_is_chosen_by_file_environment_or_flag(void **state)
{
	struct conf_flags flags = { .value[CONF_PROFILE] = "c" };
	struct conf *c;

	(void)state;
	config("profile = a\n[profile a]\ntheme = a\n[profile b]\ntheme = b\n[profile c]\n");
	c = must_open(NULL);
	assert_string_equal(conf_get(c, CONF_THEME), "a");
	conf_close(c);
	setenv("MULTISTAGE_PROFILE", "b", 1);
	c = must_open(NULL);
	assert_string_equal(conf_get(c, CONF_THEME), "b");
	conf_close(c);
	c = must_open(&flags); /* an empty profile exists, too */
	assert_string_equal(conf_get(c, CONF_THEME), "default");
	assert_string_equal(conf_get(c, CONF_PROFILE), "c");
	conf_close(c);
	flags.value[CONF_PROFILE] = "d";
	must_fail(&flags, "[profile d]");
}

static void
c12_what_is_not_known_warns_with_its_place_and_is_ignored(void **state)
{
	struct conf *c;

	(void)state;
	config("# a remark\n\ncolour = red\n  theem = light\n"
	       "[colors]\na = 1\n[profile x]\nrefesh = 1\n[profile default]\ntheme=mono\n");
	c = must_open(NULL);
	assert_non_null(strstr(warnings, "config.ini:3:1: unknown key \"colour\""));
	assert_non_null(strstr(warnings,
			       "config.ini:4:3: unknown key \"theem\" is ignored; did you "
			       "mean \"theme\"?"));
	assert_non_null(strstr(warnings, "config.ini:5:2: unknown section [colors]"));
	assert_null(strstr(warnings, "config.ini:6:"));
	assert_non_null(strstr(warnings, "config.ini:8:1: unknown key \"refesh\" is ignored; did"));
	assert_string_equal(conf_get(c, CONF_THEME), "mono");
	conf_close(c);
}

static void
c12_what_cannot_be_used_is_an_error_with_its_place(void **state)
{
	static const struct {
		const char *text, *part;
	} bad[] = {
		{ "\nrefresh = abc\n", "config.ini:2:11: refresh \"abc\"" },
		{ "refresh = -1\n", "config.ini:1:11: refresh" },
		{ "refresh = 86401\n", "0 to 86400" },
		{ "refresh = 99999999999999999999\n", "config.ini:1:11: " },
		{ "ascii = maybe\n", "yes no auto" },
		{ "utc = yes no\n", "config.ini:1:7: " },
		{ "theme = ../../x\n", "is not a name" },
		{ "key_file = key\n", "absolute" },
		{ "key_file = live_0123456789\n",
		  "key_file holds an API key: it is not an absolute" },
		{ "theme = live_|test\n", "theme holds an API key: it is not a name" },
		{ "key_command = pass 'x\n", "not closed" },
		{ "proxy = localhost:3128\n", "socks5" },
		{ "nonsense\n", "config.ini:1:1: this is neither" },
		{ " = mono\n", "config.ini:1:2: there is no key" },
		{ "theme = a\n[profile\n", "config.ini:2:1: this section has no ]" },
		{ "[]\n", "config.ini:1:1: this section has no name" },
		{ "[profile a] b\n", "config.ini:1:13: this stands behind the ]" },
		{ "[profle a]\n", "did you mean [profile NAME]?" },
		{ "theme = \xFF\n", "config.ini:1:9: this is not text in UTF-8" },
		{ "# \xC3\xA4\x1B\n", "config.ini:1:4: a control character" },
		/* twice: which one is meant? */
		{ "theme = a\ntheme = b\n",
		  "config.ini:2:1: \"theme\" was given in line 1 already" },
		{ "[profile a]\nutc=yes\n[profile b]\nutc=yes\n\nutc = no\n",
		  "config.ini:6:1: \"utc\" was given in line 4 already" },
		{ "[profile default]\nutc=yes\n[profile b]\n[profile default]\nutc=no\n",
		  "config.ini:5:1: \"utc\" was given in line 2 already" },
		{ "[profile a]\nprofile = b\n", "config.ini:2:1: \"profile\" cannot stand" },
		/* a slip here must not leave the built-in value in force */
		{ "ur1 = https://stage.example/v1\n", "config.ini:1:1: unknown key \"ur1\"" },
		{ "ca_fiel = /x\n", "did you mean \"ca_file\"?" },
		{ "Proxy = http://x:1\n", "did you mean \"proxy\"?" },
		{ "[profile a]\nkey-file = /k\n", "did you mean \"key_file\"?" },
		{ "unix_sock = /x\n", "did you mean \"unix_socket\"?" },
		{ "key_comand = x\n", "did you mean \"key_command\"?" },
		{ "profil = x\n", "did you mean \"profile\"?" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		config(bad[i].text);
		must_fail(NULL, bad[i].part);
	}
	config("");
	setenv("MULTISTAGE_ESCDELAY", "x", 1);
	must_fail(NULL, "MULTISTAGE_ESCDELAY: escdelay \"x\"");
	unsetenv("MULTISTAGE_ESCDELAY");
	must_fail(&(struct conf_flags){ .value[CONF_ESCDELAY] = "y" }, "--escdelay: ");
}

static void
c7_an_address_that_cannot_be_trusted_is_refused_when_it_is_read(void **state)
{
	static const char *const bad[][2] = {
		{ "ftp://api.scale.com", "https://" },
		{ "file:///etc/passwd", "https://" },
		{ "http://api.scale.com/v1", "unencrypted" },
		{ "http://127.0.0.1.evil.com/", "unencrypted" },
		{ "http://localhost.evil.com/", "unencrypted" },
		{ "http://127.1/", "unencrypted" }, /* a resolver may read it in its own way */
		{ "http://127.0.0.256/", "unencrypted" },
		{ "https://live_abc:@api.scale.com/v1", "user name" },
		{ "https://api.scale.com@evil.com/v1", "user name" },
		{ "https://api.scale.com/v1?x", "base URL" },
		{ "https://api.scale.com.:443/v1", "base URL" },
		{ "https://api.scale.com./v1", "base URL" },
		{ "http://localhost./v1", "base URL" },
		{ "https://api.scale.com:99999/v1", "base URL" },
		{ "https://b\xC3\xBC"
		  "cher.de/v1",
		  "base URL" },
		{ "https://", "base URL" },
	};
	char text[200];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		snprintf(text, sizeof(text), "url = %s\n", bad[i][0]);
		config(text);
		must_fail(NULL, "config.ini:1:7: ");
		must_fail(NULL, bad[i][1]);
		config("");
		must_fail(&(struct conf_flags){ .value[CONF_URL] = bad[i][0] }, "--url: ");
		setenv("MULTISTAGE_URL", bad[i][0], 1);
		must_fail(NULL, "MULTISTAGE_URL: ");
		unsetenv("MULTISTAGE_URL");
	}
}

static void
a_good_url_is_kept_without_its_final_slash(void **state)
{
	static const char *const urls[][2] = {
		{ "https://api.scale.com/v1/", "https://api.scale.com/v1" },
		{ "http://localhost:8080/v1", "http://localhost:8080/v1" },
		{ "http://127.0.0.1:1/", "http://127.0.0.1:1" },
		{ "http://[::1]:80/v1//", "http://[::1]:80/v1" },
		{ "https://[fe80::1]/v1", "https://[fe80::1]/v1" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(urls); i++) {
		struct conf *c = must_open(&(struct conf_flags){ .value[CONF_URL] = urls[i][0] });

		assert_string_equal(conf_get(c, CONF_URL), urls[i][1]);
		conf_close(c);
	}
}

static void
c12_a_file_that_is_no_config_is_refused(void **state)
{
	size_t n = (1u << 20) + 1;
	char *big = malloc(n);
	char line[4200];

	(void)state;
	memset(big, '\n', n);
	write_file(in("config.ini"), big, n, 0600);
	free(big);
	setenv("MULTISTAGE_CONFIG", in("config.ini"), 1);
	must_fail(NULL, "larger than");
	write_file(in("config.ini"), "a\0b", 3, 0600);
	must_fail(NULL, "config.ini:1:2: a control character");
	memset(line, 'x', sizeof(line));
	memcpy(line, "theme = ", 8);
	write_file(in("config.ini"), line, sizeof(line), 0600);
	must_fail(NULL, "config.ini:1:4097: the line is too long");
	setenv("MULTISTAGE_CONFIG", root, 1);
	must_fail(NULL, "not a regular file");
	setenv("MULTISTAGE_CONFIG", in("nothing.ini"), 1);
	must_fail(NULL, "nothing.ini: No such file");
	must_fail(&(struct conf_flags){ .config_file = in("neither.ini") }, "neither.ini");
}

/* The usual file, not named by anybody: only when it is not there are the defaults in force. */
static void
c12_the_usual_file_that_cannot_be_read_is_an_error_and_no_default(void **state)
{
	struct conf *c;

	(void)state;
	setenv("XDG_CONFIG_HOME", in("config"), 1);
	conf_close(must_open(NULL)); /* it is not there */
	write_file(in("config"), "", 0, 0600);
	must_fail(NULL, "/config/multistage/config.ini: Not a directory");
	unlink(in("config"));
	assert_int_equal(mkdir(in("config"), 0700), 0);
	assert_int_equal(mkdir(in("config/multistage"), 0700), 0);
	assert_int_equal(symlink("config.ini", in("config/multistage/config.ini")), 0);
	must_fail(NULL, "Too many levels of symbolic links");
	unlink(in("config/multistage/config.ini"));
	write_file(in("config/multistage/config.ini"), "theme = mono\n", 13, 0000);
	if (geteuid() != 0) {
		must_fail(NULL, "Permission denied");
		return;
	}
	c = must_open(NULL); /* nothing is closed to root */
	assert_string_equal(conf_get(c, CONF_THEME), "mono");
	conf_close(c);
}

static void
values_may_hold_signs_and_begin_anywhere(void **state)
{
	struct conf *c;

	(void)state;
	config("\xEF\xBB\xBF  theme = mono ; dark\r\n\tkey_command = sh -c 'a ; b=c:d' ; my \"key\n"
	       " ; comment\n[profile x] # mine\n");
	c = must_open(NULL);
	assert_string_equal(conf_get(c, CONF_THEME), "mono");
	assert_string_equal(conf_get(c, CONF_KEY_COMMAND), "sh -c 'a ; b=c:d'");
	assert_string_equal(warnings, "");
	conf_close(c);
}

static void
c11_the_state_folder_is_made_and_must_be_ours_alone(void **state)
{
	struct stat st;
	struct conf *c;

	(void)state;
	setenv("XDG_STATE_HOME", in("new/deep"), 1);
	c = must_open(NULL);
	assert_int_equal(stat(in("new/deep/multistage"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(stat(in("new"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_string_equal(conf_paths(c)->database, in("new/deep/multistage/multistage.db"));
	conf_close(c);
	assert_int_equal(chmod(in("new/deep/multistage"), 0770), 0);
	must_fail(NULL, "chmod 700");
	setenv("XDG_STATE_HOME", "relative", 1);
	c = must_open(NULL);
	assert_string_equal(conf_paths(c)->state_dir, in(".local/state/multistage"));
	assert_string_equal(conf_paths(c)->theme_dir, in(".local/share/multistage/themes"));
	assert_string_equal(conf_paths(c)->config_file, in(".config/multistage/config.ini"));
	conf_close(c);
	if (geteuid() == 0) { /* only root can give a folder away */
		setenv("XDG_STATE_HOME", in("foreign"), 1);
		assert_int_equal(mkdir(in("foreign"), 0700), 0);
		assert_int_equal(mkdir(in("foreign/multistage"), 0700), 0);
		assert_int_equal(chown(in("foreign/multistage"), 12345, 12345), 0);
		must_fail(NULL, "somebody else");
		setenv("XDG_STATE_HOME", in("linked"), 1); /* a link of ours to it */
		assert_int_equal(mkdir(in("linked"), 0700), 0);
		assert_int_equal(symlink(in("foreign/multistage"), in("linked/multistage")), 0);
		must_fail(NULL, "somebody else");
	}
}

/* What fstatfs(2) is told to say. The linker hands the calls of conf_path.c to us. */
static long file_system;

int __real_fstatfs(int fd, struct statfs *fs);
int __wrap_fstatfs(int fd, struct statfs *fs);

int
__wrap_fstatfs(int fd, struct statfs *fs)
{
	int rc = __real_fstatfs(fd, fs);

	if (file_system)
		fs->f_type = (__fsword_t)file_system;
	return rc;
}

static void
a_network_file_system_is_told_once_and_used(void **state)
{
	static const struct {
		long type;
		const char *name;
	} rows[] = {
		{ 0x6969, "NFS" }, { 0xFF534D42, "SMB" }, { 0xFE534D42, "SMB" }, { 0xEF53, "" }
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char folder[32], want[64];
		struct conf *c;

		snprintf(folder, sizeof(folder), "net%zu", i);
		snprintf(want, sizeof(want), "/multistage lies on the network (%s)", rows[i].name);
		setenv("XDG_STATE_HOME", in(folder), 1);
		file_system = rows[i].type;
		warnings[0] = '\0';
		c = must_open(NULL);
		assert_int_equal(strstr(warnings, want) != NULL, rows[i].name[0] != '\0');
		write_file(conf_paths(c)->database, "", 0, 0600);
		conf_close(c);
		warnings[0] = '\0';
		conf_close(must_open(NULL)); /* it knows its database already */
		assert_string_equal(warnings, "");
	}
	file_system = 0;
}

static void
c2_the_key_leaves_the_environment_and_what_could_change_tls_too(void **state)
{
	const char *key, *origin;
	struct err err = ERR_INIT;
	struct conf *c;
	char *place;

	(void)state;
	setenv("SCALE_API_KEY", "test_0123456789", 1);
	place = getenv("SCALE_API_KEY");
	setenv("SSLKEYLOGFILE", "/tmp/x", 1);
	setenv("SSL_CERT_FILE", "/tmp/x", 1);
	setenv("SSL_CERT_DIR", "/tmp/x", 1);
	setenv("OPENSSL_CONF", "/tmp/x", 1);
	setenv("CURL_HOME", "/tmp/x", 1);
	c = must_open(NULL);
	assert_null(getenv("SCALE_API_KEY"));
	for (size_t i = 0; i < sizeof("test_0123456789"); i++)
		assert_int_equal(place[i], 0);
	assert_null(getenv("SSLKEYLOGFILE"));
	assert_null(getenv("SSL_CERT_FILE"));
	assert_null(getenv("SSL_CERT_DIR"));
	assert_null(getenv("OPENSSL_CONF"));
	assert_null(getenv("CURL_HOME"));
	assert_int_equal(conf_key(c, &key, &origin, &err), ERR_OK);
	assert_string_equal(key, "test_0123456789");
	assert_string_equal(origin, "SCALE_API_KEY");
	conf_close(c);
}

/* The error of conf_key(), or "key|origin". */
static void
key_gives(const char *want)
{
	const char *key, *origin;
	struct err err = ERR_INIT;
	struct conf *c = must_open(NULL);
	char got[700];

	if (conf_key(c, &key, &origin, &err) == ERR_OK)
		snprintf(got, sizeof(got), "%s|%s", key, origin);
	else
		snprintf(got, sizeof(got), "%s: %s (%s)", err_name(err.code), err.msg, err.hint);
	if (!strstr(got, want))
		fail_msg("want \"%s\", got \"%s\"", want, got);
	conf_close(c);
}

static void
the_first_configured_source_counts_even_when_it_fails(void **state)
{
	(void)state;
	key_gives("auth: there is no API key");
	write_file(in("key"), "live_from_file\n", 15, 0600);
	setenv("MULTISTAGE_KEY_FILE", in("key"), 1);
	key_gives("live_from_file|key file ");
	setenv("MULTISTAGE_KEY_COMMAND", "printf 'live_from_cmd\\nmore\\n'", 1);
	key_gives("live_from_cmd|key_command (MULTISTAGE_KEY_COMMAND)");
	mkdir(in("cred"), 0700);
	write_file(in("cred/scale_api_key"), "live_from_systemd", 17, 0440);
	setenv("CREDENTIALS_DIRECTORY", in("cred"), 1);
	key_gives("live_from_systemd|key file ");
	setenv("MULTISTAGE_KEY_COMMAND", "printf 'live_from_cmd\\000more'", 1);
	unsetenv("CREDENTIALS_DIRECTORY");
	key_gives("byte 14 cannot be part of a key");
	setenv("SCALE_API_KEY", "live_from_env", 1);
	key_gives("live_from_env|SCALE_API_KEY");
	setenv("SCALE_API_KEY", "short", 1);
	key_gives("config: SCALE_API_KEY: a key has 8 to 256");
	setenv("MULTISTAGE_KEY_COMMAND", "false", 1);
	key_gives("config: key_command false failed with status 1");
}

static void
a_key_file_on_the_command_line_is_the_latest_word(void **state)
{
	struct conf_flags flags = { .value[CONF_KEY_FILE] = in("key") };
	const char *key, *origin;
	struct err err = ERR_INIT;
	struct conf *c;

	(void)state;
	write_file(in("key"), "live_from_file\n", 15, 0600);
	setenv("SCALE_API_KEY", "live_from_env", 1);
	c = must_open(&flags);
	assert_int_equal(conf_key(c, &key, &origin, &err), ERR_OK);
	assert_string_equal(key, "live_from_file");
	assert_int_equal(conf_key(c, &key, &origin, &err), ERR_OK);
	assert_string_equal(key, "live_from_file");
	conf_close(c);
}

/* What conf_key() says of a key file of n bytes with this mode. */
struct key_file {
	const char *bytes, *want;
	size_t n; /* 0: up to the NUL */
	mode_t mode, folder;
};

static void
c1_a_key_file_is_ours_alone_and_holds_one_key(void **state)
{
	static const struct key_file rows[] = {
		{ "live_12345678\n", "run: chmod 600 '", 0, 0644, 0700 },
		{ "live_12345678\n", "run: chmod 600 '", 0, 0640, 0700 },
		{ "live_12345678\n", "run: chmod 600 '", 0, 0620, 0700 },
		{ "live_12345678\n", "run: chmod 600 '", 0, 0602, 0700 },
		{ "live_12345678\n", "run: chmod go-w '", 0, 0600, 0770 },
		{ "live_12345678\n", "live_12345678|key file /", 0, 0600, 01777 }, /* as /tmp */
		{ "live_12345678", "live_12345678|", 0, 0400, 0700 },
		{ "live_12345678\n", "live_12345678|", 0, 0600, 0700 },
		{ "live_12345678\r\n", "live_12345678|", 0, 0600, 0700 },
		{ "live_12345678\n\n\n", "live_12345678|", 0, 0600, 0700 },
		{ "12345678", "12345678|", 0, 0600, 0700 },
		{ "1234567", "a key has 8 to 256 characters, not 7", 0, 0600, 0700 },
		{ "", "holds no key", 0, 0600, 0700 },
		{ "\n", "holds no key", 0, 0600, 0700 },
		{ "live_1234\nlive_5678\n", "more than one line", 0, 0600, 0700 },
		{ "live_12\0345678\n", "byte 8 cannot be part of a key", 0, 0600, 0700 },
		{ "live_12\0335678\n", "byte 8 cannot be part of a key", 0, 0600, 0700 },
		{ "live_12\1775678\n", "byte 8 cannot be part of a key", 0, 0600, 0700 },
		{ "live_12\3035678\n", "byte 8 cannot be part of a key", 0, 0600, 0700 },
		{ "live_12345678\0end", "byte 14 cannot be part of a key", 17, 0600, 0700 },
		{ "live:12345678\n", "byte 5 cannot be part of a key", 0, 0600, 0700 },
		{ "live_12 45678\n", "byte 8 cannot be part of a key", 0, 0600, 0700 },
		{ " live_12345678\n", "byte 1 cannot be part of a key", 0, 0600, 0700 },
		{ "live_12345678\t\n", "byte 14 cannot be part of a key", 0, 0600, 0700 },
	};

	(void)state;
	setenv("MULTISTAGE_KEY_FILE", in("key"), 1);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct key_file *r = &rows[i];

		write_file(in("key"), r->bytes, r->n ? r->n : strlen(r->bytes), r->mode);
		assert_int_equal(chmod(root, r->folder), 0);
		key_gives(r->want);
	}
	assert_int_equal(chmod(root, 0700), 0);
}

static void
c1_what_is_no_key_file_is_refused_and_not_read_further(void **state)
{
	size_t n = 1u << 20;
	char *big = malloc(n);

	(void)state;
	setenv("MULTISTAGE_KEY_FILE", in("key"), 1);
	unlink(in("key"));
	key_gives("No such file");
	memset(big, 'a', n);
	write_file(in("key"), big, 257, 0600);
	key_gives("a key has 8 to 256 characters, not 257");
	write_file(in("key"), big, n, 0600);
	key_gives("too long");
	free(big);
	unlink(in("key"));
	assert_int_equal(mkfifo(in("key"), 0600), 0); /* nobody writes: must not wait */
	key_gives("not a regular file");
	unlink(in("key"));
	setenv("MULTISTAGE_KEY_FILE", root, 1);
	key_gives("not a regular file");
	setenv("MULTISTAGE_KEY_FILE", "/dev/zero", 1);
	key_gives("not a regular file");
	setenv("MULTISTAGE_KEY_FILE", in("link"), 1); /* dotfile managers make links */
	write_file(in("real"), "live_12345678\n", 14, 0600);
	assert_int_equal(symlink("real", in("link")), 0);
	key_gives("live_12345678|");
	assert_int_equal(chmod(in("real"), 0604), 0);
	key_gives("others can read key file ");
	if (geteuid() == 0) {
		assert_int_equal(chmod(in("real"), 0600), 0);
		assert_int_equal(chown(in("real"), 12345, 12345), 0);
		key_gives("belongs to somebody else");
	}
}

/* --key-fd with a pipe that holds text: the error, or "key|origin". Closes it. */
static void
descriptor_gives(const char *text, const char *want)
{
	const char *key, *origin;
	struct err err = ERR_INIT;
	char number[16], got[700];
	struct conf *c;
	int fd[2];

	assert_int_equal(pipe(fd), 0);
	assert_int_equal(write(fd[1], text, strlen(text)), strlen(text));
	close(fd[1]);
	snprintf(number, sizeof(number), "%d", fd[0]);
	c = must_open(&(struct conf_flags){ .key_fd = number });
	assert_int_equal(fcntl(fd[0], F_GETFD), FD_CLOEXEC); /* no child reads it */
	if (conf_key(c, &key, &origin, &err) == ERR_OK)
		snprintf(got, sizeof(got), "%s|%s", key, origin);
	else
		snprintf(got, sizeof(got), "%s: %s", err_name(err.code), err.msg);
	if (!strstr(got, want))
		fail_msg("want \"%s\", got \"%s\"", want, got);
	if (err.code == ERR_OK) /* again: it stays known */
		assert_int_equal(conf_key(c, &key, &origin, &err), ERR_OK);
	assert_int_equal(fcntl(fd[0], F_GETFD), -1);
	conf_close(c);
}

static void
a_descriptor_of_the_command_line_is_the_latest_word(void **state)
{
	(void)state;
	setenv("SCALE_API_KEY", "live_from_env", 1);
	descriptor_gives("live_from_fd\n", "live_from_fd|--key-fd ");
	descriptor_gives("", "config: --key-fd ");
	descriptor_gives("short", "a key has 8 to 256");
	descriptor_gives("live_1234\nlive_5678", "more than one line");
	must_fail(&(struct conf_flags){ .key_fd = "1" }, "no descriptor to read from");
	must_fail(&(struct conf_flags){ .key_fd = "2" }, "no descriptor to read from");
	must_fail(&(struct conf_flags){ .key_fd = "-1" }, "no descriptor to read from");
	must_fail(&(struct conf_flags){ .key_fd = "3x" }, "no descriptor to read from");
	must_fail(&(struct conf_flags){ .key_fd = "" }, "no descriptor to read from");
	must_fail(&(struct conf_flags){ .key_fd = "999" }, "Bad file descriptor");
	must_fail(&(struct conf_flags){ .key_fd = "0", .value[CONF_KEY_FILE] = "/k" }, "both");
}

/* Run a key command; what it says on stderr goes to warnings. */
static enum err_code
command(const char *text, int wait_ms, char *out, size_t size, struct err *err)
{
	warnings[0] = '\0';
	*err = (struct err)ERR_INIT;
	return conf_command(
		&(struct conf_command){ .command = text, .wait_ms = wait_ms, .warn = warn }, out,
		size, err);
}

static void
c3_a_key_command_that_fails_is_told_and_its_output_stays_unseen(void **state)
{
	static const struct {
		const char *command, *part;
	} rows[] = {
		{ "no-such-program-here", "cannot run key_command no-such-program-here: " },
		{ "live_sEcReT", "cannot run key_command (an API key, not a program): " },
		{ "sh -c 'printf sEcReT; head -c 1000000 /dev/zero'", "more than 4096 bytes" },
		{ "yes sEcReT", "more than 4096 bytes" }, /* would go on for ever */
		{ "sh -c 'echo sEcReT; kill -9 $$'", "signal 9" },
		{ "sh -c 'echo sEcReT; exit 3'", "status 3" },
		{ "sleep 300", "took more than" },
		{ "sh -c 'echo sEcReT; exec sleep 300'", "took more than" },
		{ "echo 'open", "not closed" },
	};
	struct err err;
	char out[CONF_KEY_PRINT + 1] = "kept";

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		/* The sleepers get 300 ms, the rest as long as the real thing. */
		int wait_ms = strstr(rows[i].command, "sleep") ? 300 : 120000;

		assert_int_equal(command(rows[i].command, wait_ms, out, sizeof(out), &err),
				 ERR_CONFIG);
		if (!strstr(err.msg, rows[i].part))
			fail_msg("%s: %s", rows[i].command, err.msg);
		assert_string_equal(out, "kept");
		if (strstr(err.msg, "sEcReT") || strstr(err.hint, "sEcReT") || warnings[0])
			fail_msg("%s: shown: %s %s %s", rows[i].command, err.msg, err.hint,
				 warnings);
	}
	setenv("MULTISTAGE_KEY_COMMAND", "true", 1);
	key_gives("config: key_command (MULTISTAGE_KEY_COMMAND) holds no key");
	setenv("MULTISTAGE_KEY_COMMAND", "printf '\\033[2Jlive_12345678'", 1);
	key_gives("byte 1 cannot be part of a key");
	setenv("MULTISTAGE_KEY_COMMAND", "printf 'live_from_cmd\\000more'", 1);
	key_gives("byte 14 cannot be part of a key");
}

static void
c3_a_key_command_gives_its_first_line_and_its_words_are_told_line_by_line(void **state)
{
	struct err err;
	char out[CONF_KEY_PRINT + 1];

	(void)state;
	assert_int_equal(command("printf one_line", 120000, out, sizeof(out), &err), ERR_OK);
	assert_string_equal(out, "one_line");
	assert_string_equal(warnings, "");
	/* Something that it left holds both pipes open. */
	assert_int_equal(command("sh -c 'sleep 60 & echo first; echo second'", 120000, out,
				 sizeof(out), &err),
			 ERR_OK);
	assert_string_equal(out, "first");
	assert_int_equal(command("sh -c 'printf \"a\\r\\nb\\033[2J\\n\\nend\" >&2; echo key'",
				 120000, out, sizeof(out), &err),
			 ERR_OK);
	assert_string_equal(out, "key");
	/* The command line makes them fit to be shown: tests/test_secret_cli.c. */
	assert_string_equal(warnings, "key_command sh: a\nkey_command sh: b\033[2J\n"
				      "key_command sh: end\n");
	assert_int_equal(command("sh -c 'head -c 100000 /dev/zero | tr \"\\\\0\" x >&2; echo key'",
				 120000, out, sizeof(out), &err),
			 ERR_OK);
	assert_string_equal(out, "key");
	assert_in_range(strlen(warnings), 3000, sizeof(warnings) - 1); /* not all of it */
}

static void
c2_a_key_command_does_not_inherit_the_key(void **state)
{
	const char *key, *origin;
	struct err err = ERR_INIT;
	char out[CONF_KEY_PRINT + 1];
	struct conf *c;

	(void)state;
	setenv("SCALE_API_KEY", "live_from_env", 1);
	c = must_open(NULL);
	assert_int_equal(conf_key(c, &key, &origin, &err), ERR_OK);
	assert_int_equal(
		command("sh -c 'echo \"<$SCALE_API_KEY>\"'", 120000, out, sizeof(out), &err),
		ERR_OK);
	assert_string_equal(out, "<>");
	conf_close(c);
}

static void
the_sandbox_takes_the_place_of_everything(void **state)
{
	struct err err = ERR_INIT;
	const char *key, *origin;
	struct conf *c;

	(void)state;
	setenv("SCALE_API_KEY", "live_12345678", 1);
	c = must_open(&(struct conf_flags){ .value[CONF_URL] = "https://example.com/v1",
					    .value[CONF_KEY_FILE] = "/none" });
	assert_int_equal(conf_key_mode(c, "live_12345678"), KEY_LIVE);
	assert_int_equal(conf_key_mode(c, "test_12345678"), KEY_TEST);
	assert_int_equal(conf_key_mode(c, "abcdefgh|test"), KEY_TEST);
	assert_false(conf_is_sandbox(c));
	conf_use_sandbox(c, "/run/x.sock", "live_sandbox_1");
	assert_true(conf_is_sandbox(c));
	assert_string_equal(conf_get(c, CONF_URL), "http://localhost/v1");
	assert_string_equal(conf_get(c, CONF_UNIX_SOCKET), "/run/x.sock");
	assert_string_equal(conf_get(c, CONF_PROFILE), "sandbox");
	assert_string_equal(conf_origin(c, CONF_URL), "sandbox");
	assert_int_equal(conf_key(c, &key, &origin, &err), ERR_OK);
	assert_string_equal(key, "live_sandbox_1");
	assert_int_equal(conf_key_mode(c, key), KEY_SANDBOX);
	conf_close(c);
}

static void
words_are_split_as_a_shell_would(void **state)
{
	static const struct {
		const char *text;
		const char *words[5];
	} rows[] = {
		{ "a b", { "a", "b" } },
		{ "  a\tb\n", { "a", "b" } },
		{ "'a b' \"c d\"", { "a b", "c d" } },
		{ "a\\ b", { "a b" } },
		{ "'' \"\"", { "", "" } },
		{ "x'y'\"z\"", { "xyz" } },
		{ "\"a\\\"b\\\\c\\d\"", { "a\"b\\c\\d" } },
		{ "'a\\b'", { "a\\b" } },
		{ "$HOME `x` *", { "$HOME", "`x`", "*" } },
	};
	static const char *const bad[] = { "", "  ", "'a", "\"a", "a\\" };
	struct err err = ERR_INIT;
	char **w = NULL;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t n = 0;

		assert_int_equal(conf_words(rows[i].text, &w, &err), ERR_OK);
		for (; w[n]; n++)
			if (!rows[i].words[n] || strcmp(w[n], rows[i].words[n]) != 0)
				fail_msg("%s: word %zu is %s", rows[i].text, n, w[n]);
		assert_null(rows[i].words[n]);
		conf_words_free(w);
	}
	w = NULL;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_int_equal(conf_words(bad[i], &w, &err), ERR_CONFIG);
		assert_null(w);
	}
}

static const char *
some_name(size_t i, const void *arg)
{
	static const char *const names[] = { "submit", "show", "list", "cancel", NULL };

	(void)arg;
	return names[i];
}

static void
a_near_word_is_found_and_a_far_one_is_not(void **state)
{
	(void)state;
	assert_string_equal(near_match("sbumit", some_name, NULL), "submit");
	assert_string_equal(near_match("lsit", some_name, NULL), "list");
	assert_string_equal(near_match("cancle", some_name, NULL), "cancel");
	assert_null(near_match("frobnicate", some_name, NULL));
	assert_null(near_match("", some_name, NULL));
}

static void
every_option_row_is_whole(void **state)
{
	(void)state;
	for (int i = 0; i < CONF_COUNT; i++) {
		const struct conf_option *o = &conf_options[i];
		struct err err = ERR_INIT;
		char *out = NULL;

		assert_true(o->name && o->env && o->arg && o->initial && o->help);
		assert_int_equal(o->help[strlen(o->help) - 1], '.');
		assert_int_equal(conf_value_find(o->name), i);
		if (conf_value_read((enum conf_id)i, o->initial, &out, &err) != ERR_OK)
			fail_msg("initial value of %s: %s", o->name, err.msg);
		assert_string_equal(out, o->initial);
		free(out);
	}
}

static int
drop(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(without_a_file_everything_is_built_in, fresh),
		cmocka_unit_test_setup(each_source_wins_over_the_one_below, fresh),
		cmocka_unit_test_setup(a_profile_is_chosen_by_file_environment_or_flag, fresh),
		cmocka_unit_test_setup(c12_what_is_not_known_warns_with_its_place_and_is_ignored,
				       fresh),
		cmocka_unit_test_setup(c12_what_cannot_be_used_is_an_error_with_its_place, fresh),
		cmocka_unit_test_setup(
			c7_an_address_that_cannot_be_trusted_is_refused_when_it_is_read, fresh),
		cmocka_unit_test_setup(a_good_url_is_kept_without_its_final_slash, fresh),
		cmocka_unit_test_setup(c12_a_file_that_is_no_config_is_refused, fresh),
		cmocka_unit_test_setup(
			c12_the_usual_file_that_cannot_be_read_is_an_error_and_no_default, fresh),
		cmocka_unit_test_setup(values_may_hold_signs_and_begin_anywhere, fresh),
		cmocka_unit_test_setup(c11_the_state_folder_is_made_and_must_be_ours_alone, fresh),
		cmocka_unit_test_setup(a_network_file_system_is_told_once_and_used, fresh),
		cmocka_unit_test_setup(
			c2_the_key_leaves_the_environment_and_what_could_change_tls_too, fresh),
		cmocka_unit_test_setup(c2_a_key_command_does_not_inherit_the_key, fresh),
		cmocka_unit_test_setup(the_first_configured_source_counts_even_when_it_fails,
				       fresh),
		cmocka_unit_test_setup(a_key_file_on_the_command_line_is_the_latest_word, fresh),
		cmocka_unit_test_setup(a_descriptor_of_the_command_line_is_the_latest_word, fresh),
		cmocka_unit_test_setup(c1_a_key_file_is_ours_alone_and_holds_one_key, fresh),
		cmocka_unit_test_setup(c1_what_is_no_key_file_is_refused_and_not_read_further,
				       fresh),
		cmocka_unit_test_setup(
			c3_a_key_command_that_fails_is_told_and_its_output_stays_unseen, fresh),
		cmocka_unit_test_setup(
			c3_a_key_command_gives_its_first_line_and_its_words_are_told_line_by_line,
			fresh),
		cmocka_unit_test_setup(the_sandbox_takes_the_place_of_everything, fresh),
		cmocka_unit_test(words_are_split_as_a_shell_would),
		cmocka_unit_test(a_near_word_is_found_and_a_far_one_is_not),
		cmocka_unit_test(every_option_row_is_whole),
	};
	int failed;

	if (!mkdtemp(root))
		return 99;
	failed = cmocka_run_group_tests_name("conf", tests, NULL, NULL);
	nftw(root, drop, 16, FTW_DEPTH | FTW_PHYS);
	return failed;
}
