# core: the library. Never curses. Two archives so that the linker, too,
# keeps the sandbox away from everything but the rules.
noinst_LIBRARIES += core/librules.a core/libcore.a

core_librules_a_SOURCES = \
	core/buf.c	core/buf.h \
	core/err.c	core/err.h \
	core/field.c	core/field.h \
	core/mem.c	core/mem.h

# --- more rules: text, clock, random, json, task, filter, scenes; libcurl when it is needed ---
core_librules_a_SOURCES += core/near.c core/near.h core/filter.c core/filter.h
core_librules_a_SOURCES += core/task.c core/task.h
core_librules_a_SOURCES += \
	core/clock.c	core/clock.h \
	core/file.c	core/file.h \
	core/http_late.c	core/http_late.h \
	core/hex.c	core/hex.h \
	core/ini.c	core/ini.h \
	core/json.c	core/json.h	core/json_impl.h \
	core/json_scan.c	core/json_token.c \
	core/member.c	core/member.h \
	core/random.c	core/random.h \
	core/secret.c	core/secret.h \
	core/text.c	core/text.h
core_librules_a_SOURCES += \
	core/frame_json.c	core/frame_json.h \
	core/sfs.c	core/sfs.h	core/sfs_impl.h \
	core/sfs_items.c	core/sfs_parse.c \
	core/sfs_place.c	core/sfs_points.c	core/sfs_valid.c

core_libcore_a_SOURCES =

# --- a draft and its bytes: draft, check, payload ---
core_libcore_a_SOURCES += \
	core/draft.c	core/draft.h	core/draft_impl.h \
	core/draft_items.c	core/draft_save.c \
	core/check.c	core/check.h	core/check_impl.h \
	core/check_rules.c	core/check_url.c \
	core/payload.c	core/payload.h	core/payload_import.c \
	core/url.c	core/url.h

# --- the wire: endpoint, http, reply, api ---
core_libcore_a_SOURCES += \
	core/api.c	core/api.h	core/api_parts.h \
	core/api_calls.c \
	core/call_log.c	core/call_log.h \
	core/endpoint.c	core/endpoint.h \
	core/http.c	core/http.h	core/http_parts.h \
	core/http_head.c \
	core/http_setup.c \
	core/http_url.c \
	core/http_words.c \
	core/http_xfer.c	core/http_xfer.h \
	core/mask.c	core/mask.h \
	core/query.c	core/query.h \
	core/reply.c	core/reply.h \
	core/reply_refusal.c \
	core/reply_task.c	core/reply_task.h

# --- this machine: conf, child, spawn ---
core_libcore_a_SOURCES += \
	core/conf.c	core/conf.h	core/conf_impl.h \
	core/conf_command.c	core/conf_login.c \
	core/conf_file.c	core/conf_key.c	core/conf_path.c \
	core/conf_value.c	core/conf_words.c
core_libcore_a_SOURCES += core/child.c core/child.h core/child_key.c core/child_key.h

# --- many tasks at once: bulk, spool, row ---
core_libcore_a_SOURCES += \
	core/bulk.c	core/bulk.h \
	core/row.c	core/row.h \
	core/session_queue.c \
	core/spool.c	core/spool.h \
	core/store_queue.c

# --- what is remembered, and what joins it all: outbox, store, session ---
core_libcore_a_SOURCES += \
	core/store.c	core/store.h	core/store_db.h \
	core/store_board.c	core/store_choice.c	core/store_db.c \
	core/store_draft.c core/store_evidence.c core/store_after.c core/store_hold.c \
	core/store_generation.c \
	core/store_outbox.c	core/store_schema.c	core/store_send.c \
	core/store_target.c	core/store_task.c
core_libcore_a_SOURCES += \
	core/lock_owner.c	core/lock_owner.h \
	core/session.c	core/session.h	core/session_impl.h \
	core/session_answer.c core/session_hold.c	core/session_call.c	core/session_lock.c \
	core/session_outbox.c	core/session_submit.c	core/session_sync.c core/session_target.c
core_libcore_a_SOURCES += core/session_group.c core/session_look.c core/session_watch.c core/session_window.c
core_libcore_a_SOURCES += core/outbox.c core/outbox.h
core_libcore_a_SOURCES += core/receipt.c core/receipt.h
core_libcore_a_SOURCES += core/outbox_answer.c core/difference.c core/difference.h
core_libcore_a_SOURCES += core/session_link.c core/session_match.c core/session_wish.c core/session_verify.c

# What a program that uses core must link, in order. Not libcurl: http_late.c loads it.
RULES_LIBS = core/librules.a $(JSON_LIBS) $(UTF8_LIBS)
CORE_LIBS  = core/libcore.a core/librules.a $(SQLITE_LIBS) \
	$(NETTLE_LIBS) $(JSON_LIBS) $(UTF8_LIBS)
