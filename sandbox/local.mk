# sandbox: a local server of the API. All but main.c is an archive, so that tests can link
# it. Knows the rules and nothing else of ours. One line for each new file.
noinst_LIBRARIES += sandbox/libsandbox.a
sandbox_libsandbox_a_SOURCES = \
	sandbox/account.c	sandbox/account.h \
	sandbox/asset.c		sandbox/asset.h \
	sandbox/asset_create.c \
	sandbox/admin.c		sandbox/admin.h \
	sandbox/batch.c		sandbox/batch.h \
	sandbox/body.c		sandbox/body.h \
	sandbox/callback.c	sandbox/callback.h \
	sandbox/db.c		sandbox/db.h \
	sandbox/db_cache.c	sandbox/db_cache.h \
	sandbox/db_counts.c \
	sandbox/db_schema.c	sandbox/db_schema.h \
	sandbox/errand.c	sandbox/errand.h \
	sandbox/fault.c		sandbox/fault.h \
	sandbox/fault_effect.c \
	sandbox/fault_json.c \
	sandbox/fault_reply.c	sandbox/fault_reply.h \
	sandbox/fault_rule.c \
	sandbox/fault_wire.c	sandbox/fault_wire.h \
	sandbox/exchange.c	sandbox/exchange.h \
	sandbox/fetch.c		sandbox/fetch.h \
	sandbox/exchange_fault.c	sandbox/exchange_fault.h \
	sandbox/form.c		sandbox/form.h \
	sandbox/framing.c	sandbox/framing.h \
	sandbox/greet.c		sandbox/greet.h \
	sandbox/hold.c		sandbox/hold.h \
	sandbox/import.c	sandbox/import.h \
	sandbox/kind.c		sandbox/kind.h \
	sandbox/hide.c		sandbox/hide.h \
	sandbox/life.c		sandbox/life.h \
	sandbox/line.c		sandbox/line.h \
	sandbox/listen.c	sandbox/listen.h \
	sandbox/log.c		sandbox/log.h \
	sandbox/multipart.c	sandbox/multipart.h \
	sandbox/object_id.c	sandbox/object_id.h \
	sandbox/options.c	sandbox/options.h \
	sandbox/out.c		sandbox/out.h \
	sandbox/outcome.c	sandbox/outcome.h \
	sandbox/page.c		sandbox/page.h \
	sandbox/project.c	sandbox/project.h \
	sandbox/record.c	sandbox/record.h \
	sandbox/request.c	sandbox/request.h \
	sandbox/route.c		sandbox/route.h \
	sandbox/scene_check.c	sandbox/scene_check.h \
	sandbox/search.c	sandbox/search.h \
	sandbox/search_find.c \
	sandbox/search_sql.c	sandbox/search_sql.h \
	sandbox/seed.c		sandbox/seed.h \
	sandbox/seed_entry.c	sandbox/seed_entry.h \
	sandbox/seed_file.c	sandbox/seed_file.h \
	sandbox/server.c	sandbox/server.h \
	sandbox/story.c		sandbox/story.h \
	sandbox/service.c	sandbox/service.h \
	sandbox/task.c		sandbox/task.h \
	sandbox/task_annotations.c \
	sandbox/task_audit.c \
	sandbox/task_change.c \
	sandbox/task_create.c \
	sandbox/task_fields.c	sandbox/task_fields.h \
	sandbox/task_quality.c \
	sandbox/task_read.c \
	sandbox/task_recall.c \
	sandbox/team.c		sandbox/team.h \
	sandbox/upload.c	sandbox/upload.h \
	sandbox/v2.c		sandbox/v2.h \
	sandbox/v2_account.c \
	sandbox/v2_task.c \
	sandbox/web.c		sandbox/web.h \
	sandbox/web_xfer.c	sandbox/web_xfer.h
sandbox_libsandbox_a_CPPFLAGS = $(AM_CPPFLAGS) $(MHD_CFLAGS)

# What a program that uses the sandbox must link, in order.
SANDBOX_LIBS = sandbox/libsandbox.a $(RULES_LIBS) $(SQLITE_LIBS) $(MHD_LIBS)

bin_PROGRAMS += multistage-sandbox
multistage_sandbox_SOURCES = sandbox/main.c
multistage_sandbox_LDADD   = $(SANDBOX_LIBS)
