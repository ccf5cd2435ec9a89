/* clock.c - see clock.h. Calendar arithmetic is ours: strptime(3) takes too
 * much ("2024-02-31") and timegm(3) repairs what it should refuse. */
#include "config.h"

#include "core/clock.h"

#include "core/err.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SECOND 1000
#define DAY_MS 86400000

static int64_t
now_ms(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (int64_t)ts.tv_sec * SECOND + ts.tv_nsec / 1000000;
}

int64_t
clock_mono_ms(void)
{
	return now_ms(CLOCK_MONOTONIC);
}

int64_t
clock_wall_ms(void)
{
	const char *frozen = getenv("MULTISTAGE_NOW");
	int64_t ms;

	if (frozen && clock_parse(frozen, &ms))
		return ms;
	return now_ms(CLOCK_REALTIME);
}

/* Days from 1970-01-01 to a date of the Gregorian calendar; years of 400 repeat. */
static int64_t
days_from_date(int64_t y, int m, int d)
{
	int64_t era, year, day;

	y -= m <= 2; /* a year that starts in March has its leap day last */
	era = (y >= 0 ? y : y - 399) / 400;
	year = y - era * 400;
	day = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	return era * 146097 + year * 365 + year / 4 - year / 100 + day - 719468;
}

static void
date_from_days(int64_t days, int64_t *y, int *m, int *d)
{
	int64_t era, day, year, month;

	days += 719468;
	era = (days >= 0 ? days : days - 146096) / 146097;
	day = days - era * 146097;
	year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	day -= 365 * year + year / 4 - year / 100;
	month = (5 * day + 2) / 153;
	*d = (int)(day - (153 * month + 2) / 5 + 1);
	*m = (int)(month < 10 ? month + 3 : month - 9);
	*y = year + era * 400 + (*m <= 2);
}

static int
days_in_month(int y, int m)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;

	return m == 2 && leap ? 29 : days[m - 1];
}

/* Exactly n digits with a value in min..max; moves *s behind them. */
static bool
digits(const char **s, int n, int min, int max, int *out)
{
	int value = 0;

	for (int i = 0; i < n; i++) {
		char c = (*s)[i];

		if (c < '0' || c > '9')
			return false;
		value = value * 10 + (c - '0');
	}
	if (value < min || value > max)
		return false;
	*s += n;
	*out = value;
	return true;
}

static bool
literal(const char **s, char c)
{
	if (**s != c)
		return false;
	++*s;
	return true;
}

/* ".166" and its kin, to milliseconds; more digits are dropped. */
static bool
fraction(const char **s, int *ms)
{
	int n = 0;

	*ms = 0;
	for (; **s >= '0' && **s <= '9'; ++*s, n++)
		if (n < 3)
			*ms = *ms * 10 + (**s - '0');
	for (int i = n; i < 3; i++)
		*ms *= 10;
	return n > 0;
}

/* "Z", "+hh:mm" or "+hhmm" (or minus); nothing means UTC. */
static bool
zone(const char **s, int *minutes)
{
	int h, m, sign;

	*minutes = 0;
	if (**s == '\0' || literal(s, 'Z') || literal(s, 'z'))
		return true;
	literal(s, ' '); /* as clock_local() writes it */
	sign = **s == '-' ? -1 : 1;
	if (!literal(s, '+') && !literal(s, '-'))
		return false;
	if (!digits(s, 2, 0, 23, &h))
		return false;
	literal(s, ':');
	if (!digits(s, 2, 0, 59, &m))
		return false;
	*minutes = sign * (h * 60 + m);
	return true;
}

/* What follows the date: "Thh:mm[:ss[.fff]][zone]". */
static bool
time_of_day(const char *s, int64_t *ms)
{
	int h, m, sec = 0, frac = 0, east;

	if (!literal(&s, 'T') && !literal(&s, 't') && !literal(&s, ' '))
		return false;
	if (!digits(&s, 2, 0, 23, &h) || !literal(&s, ':') || !digits(&s, 2, 0, 59, &m))
		return false;
	if (literal(&s, ':')) {
		if (!digits(&s, 2, 0, 59, &sec))
			return false;
		if (literal(&s, '.') && !fraction(&s, &frac))
			return false;
	}
	if (!zone(&s, &east) || *s != '\0')
		return false;
	*ms = (((int64_t)h * 60 + m - east) * 60 + sec) * SECOND + frac;
	return true;
}

bool
clock_parse(const char *text, int64_t *wall_ms)
{
	int y, m, d;
	int64_t ms = 0;

	if (!digits(&text, 4, 1, 9999, &y) || !literal(&text, '-') ||
	    !digits(&text, 2, 1, 12, &m) || !literal(&text, '-') ||
	    !digits(&text, 2, 1, days_in_month(y, m), &d))
		return false;
	if (*text && !time_of_day(text, &ms))
		return false;
	*wall_ms = days_from_date(y, m, d) * DAY_MS + ms;
	return true;
}

void
clock_iso(int64_t wall_ms, char *out, size_t size)
{
	int64_t days = wall_ms / DAY_MS, ms = wall_ms % DAY_MS, y;
	int m, d, sec;

	if (ms < 0) {
		ms += DAY_MS;
		days--;
	}
	date_from_days(days, &y, &m, &d);
	sec = (int)(ms / SECOND);
	snprintf(out, size, "%04lld-%02d-%02dT%02d:%02d:%02d.%03dZ", (long long)y, m, d, sec / 3600,
		 sec / 60 % 60, sec % 60, (int)(ms % SECOND));
}

static bool
local(int64_t wall_ms, struct tm *tm)
{
	time_t t = (time_t)(wall_ms / SECOND - (wall_ms % SECOND < 0));

	return localtime_r(&t, tm) != NULL;
}

void
clock_local(int64_t wall_ms, char *out, size_t size)
{
	struct tm tm;
	char text[40];
	long east;

	if (!local(wall_ms, &tm) || strftime(text, sizeof(text), "%Y-%m-%d %H:%M", &tm) == 0) {
		snprintf(out, size, "?");
		return;
	}
	east = tm.tm_gmtoff / 60;
	snprintf(out, size, "%s %c%02ld:%02ld", text, east < 0 ? '-' : '+', labs(east) / 60,
		 labs(east) % 60);
}

void
clock_time(int64_t wall_ms, char *out, size_t size)
{
	struct tm tm;

	if (!local(wall_ms, &tm) || strftime(out, size, "%H:%M:%S", &tm) == 0)
		snprintf(out, size, "?");
}

void
clock_stamp(int64_t wall_ms, char *out, size_t size)
{
	struct tm tm;

	if (!local(wall_ms, &tm) || strftime(out, size, "%Y%m%d-%H%M%S", &tm) == 0)
		snprintf(out, size, "undated");
}

void
clock_age(int64_t ms, char *out, size_t size)
{
	static const struct {
		int64_t below, unit; /* seconds */
		const char *name;
	} spans[] = {
		/* clang-format off */
		{ 60,              1,               "s" },
		{ 3600,            60,              "m" },
		{ 86400,           3600,            "h" },
		{ 60LL * 86400,    86400,           "d" },
		{ 24LL * 2629746,  2629746,         "mo" }, /* the mean month and year */
		{ 999LL * 31556952, 31556952,       "y" },
		/* clang-format on */
	};
	int64_t s = ms / SECOND;

	if (s < 1) {
		snprintf(out, size, "now");
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(spans); i++) {
		if (s < spans[i].below) {
			snprintf(out, size, "%lld%s", (long long)(s / spans[i].unit),
				 spans[i].name);
			return;
		}
	}
	snprintf(out, size, "999y");
}
