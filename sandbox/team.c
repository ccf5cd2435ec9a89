/* team.c - teammates: list, invite, change of role.
 *
 * Source: Python client, teams.py and the README on teammates: every call answers with
 * the whole team, and the roles that can be given are those of role_words. What the
 * errors look like is not documented.
 */
#include "config.h"

#include "sandbox/team.h"

#include "core/err.h"
#include "sandbox/body.h"
#include "sandbox/db.h"
#include "sandbox/out.h"
#include "sandbox/route.h"

#include <stdlib.h>
#include <string.h>

#define EMAIL_MAX_BYTES 254 /* Source: RFC 5321 §4.5.3.1.3, less its brackets */

static const char *const role_words[] = { "labeler", "member", "manager" };

static const struct teammate {
	const char *email, *role, *first_name, *last_name; /* no names: invited */
} demo[] = {
	{ "mara@acme.example", "admin", "Mara", "Lindqvist" },
	{ "jon@acme.example", "manager", "Jon", "Okafor" },
	{ "ines@acme.example", "member", "In\xC3\xA9s", "Duarte" },
	{ "kit@acme.example", "labeler", "Kit", "Novak" },
	{ "sam@acme.example", "member", NULL, NULL },
};

static void
add(struct service *s, bool is_test, const struct teammate *t)
{
	sqlite3_stmt *st = db_query(
		s->db, "INSERT OR IGNORE INTO teammate (env, email, role, first_name, last_name,"
		       " company) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");

	db_int(st, 1, is_test);
	db_str(st, 2, t->email);
	db_str(st, 3, t->role);
	db_str(st, 4, t->first_name);
	db_str(st, 5, t->last_name);
	db_str(st, 6, t->first_name ? "Acme Drives" : NULL);
	db_run(s->db, st);
}

void
team_seed(struct service *s, bool is_test)
{
	for (size_t i = 0; i < ARRAY_LEN(demo); i++)
		add(s, is_test, &demo[i]);
}

static void
add_teammate(sqlite3_stmt *st, struct buf *b)
{
	static const char *const keys[] = { "email", "role", "firstName", "lastName", "company" };

	out_open(b, NULL, '{');
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		size_t n;
		const char *text = db_column(st, (int)i, &n);

		if (text)
			out_text(b, keys[i], text, n);
	}
	out_bool(b, "isStudioLabeler", sqlite3_column_int(st, 5) != 0);
	out_close(b, '}');
}

void
team_list(struct service *s, const struct request *rq, struct reply *rp)
{
	sqlite3_stmt *st = db_query(s->db, "SELECT email, role, first_name, last_name, company,"
					   " role = 'labeler' FROM teammate WHERE env = ?1"
					   " ORDER BY seq");

	out_open(&rp->body, NULL, '[');
	db_int(st, 1, rq->is_test);
	while (db_row(s->db, st))
		add_teammate(st, &rp->body);
	out_close(&rp->body, ']');
}

static const char *
read_role(struct body *b)
{
	const char *role = body_line(b, "team_role");

	if (!role) {
		body_bad(b, "\"team_role\" is required");
		return NULL;
	}
	for (size_t i = 0; i < ARRAY_LEN(role_words); i++)
		if (strcmp(role, role_words[i]) == 0)
			return role;
	body_bad(b, "\"team_role\" must be one of [labeler, member, manager]");
	return NULL;
}

static bool
is_email(const char *s)
{
	const char *at = strchr(s, '@');

	return at && at > s && at[1] && !strpbrk(s, " \t\r\n") && strlen(s) <= EMAIL_MAX_BYTES;
}

static void
read_emails(struct body *b, struct body_list *list)
{
	if (!body_strings(b, "emails", list)) {
		body_bad(b, "\"emails\" is required");
		return;
	}
	if (list->count == 0)
		body_bad(b, "\"emails\" must contain at least 1 items");
	for (size_t i = 0; i < list->count; i++)
		if (!is_email(list->at[i]))
			body_bad(b, "\"emails[%zu]\" must be a valid email", i);
}

/* A team has one admin, who stays. False: the reply is made. */
static bool
may_change(struct service *s, const struct request *rq, const char *email, struct reply *rp)
{
	sqlite3_stmt *st = db_query(
		s->db, "SELECT role = 'admin' FROM teammate WHERE env = ?1 AND email = ?2");

	db_int(st, 1, rq->is_test);
	db_str(st, 2, email);
	switch (db_number(s->db, st, -1)) {
	case 0: return true;
	case 1: reply_error(rp, 400, "The role of the admin cannot be changed."); break;
	default: reply_error(rp, 404, "Teammate with email \"%s\" not found.", email); break;
	}
	return false;
}

static void
set_role(struct service *s, const struct request *rq, const char *email, const char *role)
{
	sqlite3_stmt *st =
		db_query(s->db, "UPDATE teammate SET role = ?3 WHERE env = ?1 AND email = ?2");

	db_int(st, 1, rq->is_test);
	db_str(st, 2, email);
	db_str(st, 3, role);
	db_run(s->db, st);
}

/* Read emails and team_role, and do what is asked with each. */
static void
change(struct service *s, const struct request *rq, bool invite, struct reply *rp)
{
	struct body_list emails = { .at = NULL };
	const char *role = NULL;
	struct body b;

	if (body_read(&b, rq)) {
		read_emails(&b, &emails);
		role = read_role(&b);
	}
	if (b.has_bad)
		reply_error(rp, 400, "%s", b.bad);
	for (size_t i = 0; rp->status == 200 && i < emails.count; i++) {
		if (invite)
			add(s, rq->is_test, &(struct teammate){ emails.at[i], role, NULL, NULL });
		else if (may_change(s, rq, emails.at[i], rp))
			set_role(s, rq, emails.at[i], role);
	}
	if (rp->status == 200)
		team_list(s, rq, rp);
	free(emails.at);
	body_close(&b);
}

/* Whoever is there already stays as they are. */
void
team_invite(struct service *s, const struct request *rq, struct reply *rp)
{
	change(s, rq, true, rp);
}

void
team_set_role(struct service *s, const struct request *rq, struct reply *rp)
{
	change(s, rq, false, rp);
}
