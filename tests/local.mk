# tests: each program and script speaks TAP, so "make check" counts every case.
# Add a test file: name it in UNIT_TESTS, give it one _SOURCES line.
LOG_DRIVER        = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
SH_LOG_DRIVER     = $(LOG_DRIVER)
TEST_EXTENSIONS   = .sh
AM_TESTS_ENVIRONMENT = \
	CMOCKA_MESSAGE_OUTPUT=TAP; export CMOCKA_MESSAGE_OUTPUT; \
	MS_SRCDIR='$(abs_top_srcdir)'; export MS_SRCDIR; \
	MANDOC='$(MANDOC)'; export MANDOC; \
	ASAN_OPTIONS=detect_leaks=1; export ASAN_OPTIONS; \
	LSAN_OPTIONS=suppressions='$(abs_top_srcdir)/tests/lsan.supp':print_suppressions=0; export LSAN_OPTIONS; \
	LC_ALL=C.UTF-8; export LC_ALL; \
	TZ=UTC; export TZ;

SH_CHECKS = tests/check-layers.sh tests/check-untrusted.sh tests/check-docs.sh tests/check-readme.sh tests/check-rows.sh
TESTS       += $(SH_CHECKS)
# Golden files go into the distribution by folder.
EXTRA_DIST  += $(SH_CHECKS) tests/coverage.sh tests/lsan.supp tests/payload tests/screens

UNIT_TESTS =
FUZZERS    =
if HAVE_CMOCKA
check_LIBRARIES += tests/libtest.a
endif
tests_libtest_a_SOURCES = tests/test.c tests/test.h tests/canary.c tests/canary.h

# --- core: rules, draft, check, payload ---
if HAVE_CMOCKA
UNIT_TESTS += tests/test_canary tests/test_rules tests/test_text tests/test_clock tests/test_file tests/test_json tests/test_draft tests/test_check tests/test_payload
endif
tests_test_canary_SOURCES = tests/test_canary.c tests/scratch.h tests/scratch.c
tests_test_canary_LDADD   = tests/libtest.a $(CMOCKA_LIBS)
tests_test_rules_SOURCES = tests/test_rules.c
tests_test_rules_LDADD   = tests/libtest.a $(RULES_LIBS) $(CMOCKA_LIBS)
tests_test_text_SOURCES  = tests/test_text.c
tests_test_text_LDADD    = tests/libtest.a $(RULES_LIBS) $(CMOCKA_LIBS)
tests_test_clock_SOURCES = tests/test_clock.c
tests_test_clock_LDADD   = tests/libtest.a $(RULES_LIBS) $(CMOCKA_LIBS)
tests_test_file_SOURCES  = tests/test_file.c tests/scratch.h tests/scratch.c
tests_test_file_LDADD    = tests/libtest.a $(RULES_LIBS) $(CMOCKA_LIBS)
tests_test_json_SOURCES  = tests/test_json.c
tests_test_json_LDADD    = tests/libtest.a $(RULES_LIBS) $(CMOCKA_LIBS)
tests_test_draft_SOURCES = tests/test_draft.c
tests_test_draft_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)
tests_test_check_SOURCES = tests/test_check.c
tests_test_check_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)
tests_test_payload_SOURCES = tests/test_payload.c
tests_test_payload_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)
FUZZERS += tests/fuzz_json tests/fuzz_text tests/fuzz_import
tests_fuzz_json_SOURCES   = tests/fuzz_json.c tests/fuzz_json_c.c tests/fuzz.h $(FUZZ_MAIN)
tests_fuzz_json_LDADD     = $(RULES_LIBS)
tests_fuzz_json_LDFLAGS   = $(AM_LDFLAGS) $(FUZZ_FLAGS)
tests_fuzz_text_SOURCES   = tests/fuzz_text.c tests/fuzz.h $(FUZZ_MAIN)
tests_fuzz_text_LDADD     = $(RULES_LIBS)
tests_fuzz_text_LDFLAGS   = $(AM_LDFLAGS) $(FUZZ_FLAGS)
tests_fuzz_import_SOURCES = tests/fuzz_import.c tests/fuzz.h $(FUZZ_MAIN)
tests_fuzz_import_LDADD   = $(CORE_LIBS)
tests_fuzz_import_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_FLAGS)

# --- text on an emulated terminal ---
if HAVE_VTERM
if HAVE_CMOCKA
UNIT_TESTS += tests/test_neutral
endif
FUZZERS += tests/fuzz_neutral
endif
NEUTRAL = tests/neutral.c tests/neutral.h
tests_test_neutral_SOURCES  = tests/test_neutral.c $(NEUTRAL)
tests_test_neutral_CPPFLAGS = $(AM_CPPFLAGS) $(VTERM_CFLAGS)
tests_test_neutral_LDADD    = tests/libtest.a $(RULES_LIBS) $(CMOCKA_LIBS) $(VTERM_LIBS)
tests_fuzz_neutral_SOURCES  = tests/fuzz_neutral.c tests/fuzz.h $(NEUTRAL) $(FUZZ_MAIN)
tests_fuzz_neutral_CPPFLAGS = $(AM_CPPFLAGS) $(VTERM_CFLAGS)
tests_fuzz_neutral_LDADD    = $(RULES_LIBS) $(VTERM_LIBS)
tests_fuzz_neutral_LDFLAGS  = $(AM_LDFLAGS) $(FUZZ_FLAGS)

# --- scene files and frames ---
if HAVE_CMOCKA
UNIT_TESTS += tests/test_frame_json tests/test_sfs tests/test_sfs_scene tests/test_scene_check
endif
FUZZERS += tests/fuzz_frame_json tests/fuzz_sfs
SCENE = tests/scene_file.c tests/scene_file.h
tests_test_frame_json_SOURCES = tests/test_frame_json.c
tests_test_frame_json_LDADD   = tests/libtest.a $(RULES_LIBS) $(CMOCKA_LIBS)
tests_test_sfs_SOURCES = tests/test_sfs.c $(SCENE)
tests_test_sfs_LDADD   = tests/libtest.a $(RULES_LIBS) $(CMOCKA_LIBS)
tests_test_sfs_scene_SOURCES = tests/test_sfs_scene.c $(SCENE)
tests_test_sfs_scene_LDADD   = tests/libtest.a $(RULES_LIBS) $(CMOCKA_LIBS)
tests_test_scene_check_SOURCES = tests/test_scene_check.c $(SCENE)
tests_test_scene_check_LDADD   = tests/libtest.a $(SANDBOX_LIBS) $(CMOCKA_LIBS)
tests_fuzz_frame_json_SOURCES = tests/fuzz_frame_json.c tests/fuzz.h $(FUZZ_MAIN)
tests_fuzz_frame_json_LDADD   = $(RULES_LIBS)
tests_fuzz_frame_json_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_FLAGS)
tests_fuzz_sfs_SOURCES = tests/fuzz_sfs.c tests/fuzz.h $(FUZZ_MAIN)
tests_fuzz_sfs_LDADD   = $(RULES_LIBS)
tests_fuzz_sfs_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_FLAGS)

# --- the wire: http, reply, api ---
if HAVE_CMOCKA
UNIT_TESTS += tests/test_task tests/test_reply tests/test_refusal \
	tests/test_http tests/test_http_broken tests/test_http_parts tests/test_http_settings tests/test_tls tests/test_secret tests/test_api_wire tests/test_api
check_PROGRAMS += tests/secret_probe
endif
FUZZERS += tests/fuzz_reply
tests_test_api_SOURCES = tests/test_api.c tests/drive.c tests/drive.h \
	tests/sandbox.c tests/sandbox.h tests/scratch.c tests/scratch.h
tests_test_api_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)
tests_test_api_wire_SOURCES = tests/test_api_wire.c tests/canned.c tests/canned.h \
	tests/drive.c tests/drive.h
tests_test_api_wire_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)
TALK = tests/canned.c tests/canned.h tests/talk.c tests/talk.h
tests_test_http_SOURCES = tests/test_http.c $(TALK)
tests_test_http_broken_SOURCES = tests/test_http_broken.c tests/proxy.c tests/proxy.h $(TALK)
tests_test_http_broken_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)
tests_test_http_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)
tests_test_http_parts_SOURCES = tests/test_http_parts.c
tests_test_http_parts_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)
tests_test_http_settings_SOURCES = tests/test_http_settings.c $(TALK)
tests_test_http_settings_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)
tests_test_http_settings_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=curl_easy_setopt,--wrap=curl_multi_setopt,--wrap=curl_global_init_mem
TLS = tests/tls_server.c tests/tls_server.h $(TALK) tests/scratch.c tests/scratch.h
tests_test_tls_SOURCES        = tests/test_tls.c tests/proxy.c tests/proxy.h $(TLS)
tests_test_tls_LDADD          = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)
tests_test_secret_SOURCES = tests/test_secret.c $(TLS) tests/program.c tests/program.h
tests_test_secret_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)
tests_secret_probe_SOURCES = tests/secret_probe.c
tests_secret_probe_LDADD   = $(CORE_LIBS)
FUZZERS += tests/fuzz_answer tests/fuzz_head
tests_fuzz_answer_SOURCES = tests/fuzz_answer.c tests/fuzz.h $(FUZZ_MAIN)
tests_fuzz_answer_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_FLAGS)
tests_fuzz_answer_LDADD   = $(CORE_LIBS)
tests_fuzz_head_SOURCES = tests/fuzz_head.c tests/fuzz.h $(FUZZ_MAIN)
tests_fuzz_head_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_FLAGS)
tests_fuzz_head_LDADD   = $(CORE_LIBS)
tests_fuzz_reply_SOURCES = tests/fuzz_reply.c $(FUZZ_MAIN)
tests_fuzz_reply_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_FLAGS)
tests_fuzz_reply_LDADD   = core/libcore.a $(RULES_LIBS)
tests_test_reply_SOURCES = tests/test_reply.c
tests_test_reply_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)
tests_test_refusal_SOURCES = tests/test_refusal.c
tests_test_refusal_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)
tests_test_task_SOURCES = tests/test_task.c
tests_test_task_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)

# --- this machine: conf, child, filter, outbox; the command line ---
if HAVE_CMOCKA
UNIT_TESTS += tests/test_ini tests/test_conf tests/test_filter tests/test_outbox tests/test_child tests/test_cli \
	tests/test_cli_tasks tests/test_cli_submit tests/test_cli_target
endif
tests_test_ini_SOURCES = tests/test_ini.c
tests_test_ini_LDADD   = tests/libtest.a $(RULES_LIBS) $(CMOCKA_LIBS)
FUZZERS += tests/fuzz_conf tests/fuzz_ini
tests_fuzz_ini_SOURCES = tests/fuzz_ini.c tests/fuzz.h $(FUZZ_MAIN)
tests_fuzz_ini_LDADD   = $(RULES_LIBS)
tests_fuzz_ini_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_FLAGS)
tests_fuzz_conf_SOURCES = tests/fuzz_conf.c tests/fuzz.h $(FUZZ_MAIN)
tests_fuzz_conf_LDADD   = $(CORE_LIBS)
tests_fuzz_conf_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_FLAGS)
PROGRAM_TEST = tests/program.c tests/program.h tests/scratch.c tests/scratch.h
if HAVE_CMOCKA
UNIT_TESTS += tests/test_secret_cli
endif
tests_test_secret_cli_SOURCES = tests/test_secret_cli.c tests/canned.c tests/canned.h $(PROGRAM_TEST)
tests_test_secret_cli_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)
tests_test_cli_SOURCES = tests/test_cli.c $(PROGRAM_TEST)
tests_test_cli_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)
tests_test_cli_tasks_SOURCES = tests/test_cli_tasks.c tests/canned.c tests/canned.h \
	tests/sandbox.c tests/sandbox.h $(PROGRAM_TEST)
tests_test_cli_tasks_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)
tests_test_cli_target_SOURCES = tests/test_cli_target.c tests/canned.c tests/canned.h \
	tests/sandbox.c tests/sandbox.h \
	tests/program.c tests/program.h tests/scratch.c tests/scratch.h
tests_test_cli_target_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)
tests_test_cli_submit_SOURCES = tests/test_cli_submit.c tests/canned.c tests/canned.h \
	tests/sandbox.c tests/sandbox.h $(PROGRAM_TEST)
tests_test_cli_submit_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)
tests_test_child_SOURCES = tests/test_child.c
tests_test_child_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)
tests_test_conf_SOURCES = tests/test_conf.c
tests_test_conf_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)
tests_test_conf_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=fstatfs
tests_test_filter_SOURCES = tests/test_filter.c
tests_test_filter_LDADD   = tests/libtest.a $(RULES_LIBS) $(CMOCKA_LIBS)
tests_test_outbox_SOURCES = tests/test_outbox.c
tests_test_outbox_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)

# --- many payloads at once ---
if HAVE_CMOCKA
UNIT_TESTS += tests/test_bulk tests/test_records tests/test_cli_bulk tests/test_cli_queue
endif
tests_test_bulk_SOURCES = tests/test_bulk.c tests/stored.c tests/stored.h \
	tests/scratch.c tests/scratch.h
tests_test_bulk_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)
tests_test_cli_bulk_SOURCES = tests/test_cli_bulk.c tests/canned.c tests/canned.h \
	tests/sandbox.c tests/sandbox.h $(PROGRAM_TEST)
tests_test_cli_bulk_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS) -lutil
tests_test_cli_queue_SOURCES = tests/test_cli_queue.c tests/canned.c tests/canned.h \
	tests/sandbox.c tests/sandbox.h $(PROGRAM_TEST)
tests_test_cli_queue_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)
tests_test_records_SOURCES = tests/test_records.c tests/scratch.c tests/scratch.h
tests_test_records_LDADD   = tests/libtest.a cli/libcli.a $(CORE_LIBS) $(CMOCKA_LIBS)
FUZZERS += tests/fuzz_records
tests_fuzz_records_SOURCES = tests/fuzz_records.c tests/fuzz.h $(FUZZ_MAIN)
tests_fuzz_records_LDADD   = cli/libcli.a $(CORE_LIBS)
tests_fuzz_records_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_FLAGS)

# --- many processes on one database ---
if HAVE_CMOCKA
if HAVE_VTERM
UNIT_TESTS += tests/test_many_processes
endif
endif
tests_test_many_processes_SOURCES = tests/test_many_processes.c tests/admin.c tests/admin.h \
	tests/raw.c tests/raw.h tests/promise.c tests/promise.h tests/stored.c tests/stored.h \
	$(PROGRAM_TEST)
tests_test_many_processes_CPPFLAGS = $(AM_CPPFLAGS) $(VTERM_CFLAGS)
tests_test_many_processes_LDADD = tests/libpty.a tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS) \
	$(VTERM_LIBS) -lutil

# --- store and session ---
if HAVE_CMOCKA
UNIT_TESTS += tests/test_receipt
tests_test_receipt_SOURCES = tests/test_receipt.c $(STORED)
tests_test_receipt_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)
UNIT_TESTS += tests/test_store tests/test_migrate tests/test_board_store tests/test_outbox_store \
	tests/test_choice_store tests/test_session tests/test_session_faults \
	tests/test_session_hold tests/test_session_lock tests/test_session_sync \
	tests/test_session_target tests/test_generation tests/test_plans
endif
STORED = tests/stored.h tests/stored.c tests/scratch.h tests/scratch.c
tests_test_store_SOURCES   = tests/test_store.c $(STORED)
tests_test_store_LDADD     = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)
tests_test_board_store_SOURCES = tests/test_board_store.c $(STORED)
tests_test_board_store_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)
tests_test_outbox_store_SOURCES = tests/test_outbox_store.c $(STORED)
tests_test_outbox_store_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)
tests_test_choice_store_SOURCES = tests/test_choice_store.c $(STORED)
tests_test_choice_store_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)
SESSION_WORLD = tests/session_world.c tests/session_world.h tests/scratch.h tests/scratch.c
tests_test_session_SOURCES = tests/test_session.c tests/sandbox.c tests/sandbox.h $(SESSION_WORLD)
SESSION_SCENE = tests/session_scene.c tests/session_scene.h tests/answers.c tests/answers.h \
	tests/canned.c tests/canned.h $(SESSION_WORLD)
tests_test_session_faults_SOURCES = tests/test_session_faults.c $(SESSION_SCENE)
if HAVE_CMOCKA
UNIT_TESTS += tests/test_session_doubt tests/test_session_conflict tests/test_difference \
	tests/test_session_wish
endif
tests_test_difference_SOURCES = tests/test_difference.c
tests_test_difference_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)
tests_test_session_conflict_SOURCES = tests/test_session_conflict.c $(SESSION_SCENE)
tests_test_session_conflict_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)
tests_test_session_wish_SOURCES = tests/test_session_wish.c $(SESSION_SCENE)
tests_test_session_wish_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)
tests_test_session_doubt_SOURCES = tests/test_session_doubt.c $(SESSION_SCENE)
tests_test_session_doubt_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)
tests_test_session_faults_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)
tests_test_session_hold_SOURCES = tests/test_session_hold.c tests/answers.c tests/answers.h \
	tests/canned.c tests/canned.h $(SESSION_WORLD)
tests_test_session_hold_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)
tests_test_session_lock_SOURCES = tests/test_session_lock.c tests/answers.c tests/answers.h \
	tests/canned.c tests/canned.h $(SESSION_WORLD)
tests_test_session_lock_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)
tests_test_session_lock_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=flock
tests_test_session_target_SOURCES = tests/test_session_target.c tests/answers.c tests/answers.h \
	tests/canned.c tests/canned.h $(SESSION_WORLD)
tests_test_session_target_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)
tests_test_generation_SOURCES = tests/test_generation.c tests/answers.c tests/answers.h \
	tests/canned.c tests/canned.h $(SESSION_WORLD)
tests_test_generation_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)
tests_test_plans_SOURCES = tests/test_plans.c $(STORED)
tests_test_plans_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)
tests_test_session_sync_SOURCES = tests/test_session_sync.c tests/answers.c tests/answers.h \
	tests/canned.c tests/canned.h tests/sandbox.c tests/sandbox.h $(SESSION_WORLD)
tests_test_session_sync_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)
if HAVE_CMOCKA
UNIT_TESTS += tests/test_session_group tests/test_session_look
endif
tests_test_session_group_SOURCES = tests/test_session_group.c tests/sandbox.c tests/sandbox.h $(SESSION_WORLD)
tests_test_session_look_SOURCES = tests/test_session_look.c tests/answers.c tests/answers.h \
	tests/canned.c tests/canned.h tests/sandbox.c tests/sandbox.h $(SESSION_WORLD)
tests_test_session_look_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)
tests_test_session_group_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)
tests_test_session_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)
tests_test_migrate_SOURCES = tests/test_migrate.c tests/scratch.h tests/scratch.c
tests_test_migrate_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)

# --- the line between client and service ---
if HAVE_CMOCKA
UNIT_TESTS += tests/test_wire_cut tests/test_wire_faults tests/test_wire_late tests/test_wire_program
UNIT_TESTS += tests/test_exact
endif
tests_test_exact_SOURCES = tests/test_exact.c tests/answers.c tests/answers.h tests/canned.c tests/canned.h \
	tests/session_world.c tests/session_world.h $(PROGRAM_TEST)
tests_test_exact_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)
WIRE_WORLD = tests/wire_world.c tests/wire_world.h tests/proxy.c tests/proxy.h \
	tests/sandbox.c tests/sandbox.h $(ADMIN) $(SESSION_WORLD)
tests_test_wire_cut_SOURCES = tests/test_wire_cut.c $(WIRE_WORLD)
tests_test_wire_cut_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)
tests_test_wire_faults_SOURCES = tests/test_wire_faults.c $(WIRE_WORLD)
tests_test_wire_faults_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)
tests_test_wire_late_SOURCES = tests/test_wire_late.c $(WIRE_WORLD)
tests_test_wire_late_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)
tests_test_wire_program_SOURCES = tests/test_wire_program.c tests/canned.c tests/canned.h \
	tests/sandbox.c tests/sandbox.h $(ADMIN) $(INJECT)
tests_test_wire_program_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)

# --- sandbox ---
if HAVE_CMOCKA
UNIT_TESTS += tests/test_sandbox tests/test_sandbox_start tests/test_sandbox_seed tests/test_sandbox_task tests/test_sandbox_account \
	tests/test_sandbox_form tests/test_sandbox_kinds
UNIT_TESTS += tests/test_sandbox_log tests/test_sandbox_list
UNIT_TESTS += tests/test_sandbox_people tests/test_sandbox_reference
UNIT_TESTS += tests/test_multipart tests/test_sandbox_files tests/test_sandbox_schema tests/test_sandbox_v2
endif
if HAVE_CMOCKA
UNIT_TESTS += tests/test_fault tests/test_story tests/test_record tests/test_sandbox_admin tests/test_sandbox_fault
endif
FUZZERS += tests/fuzz_fault
tests_fuzz_fault_SOURCES = tests/fuzz_fault.c tests/fuzz.h $(FUZZ_MAIN)
tests_fuzz_fault_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_FLAGS)
tests_fuzz_fault_LDADD   = $(SANDBOX_LIBS)
ADMIN = tests/admin.c tests/admin.h $(RAW)
tests_test_sandbox_admin_SOURCES = tests/test_sandbox_admin.c $(ADMIN) $(PROGRAM_TEST)
tests_test_sandbox_admin_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)
tests_test_sandbox_fault_SOURCES = tests/test_sandbox_fault.c tests/sandbox.c tests/sandbox.h \
	tests/scratch.c tests/scratch.h $(ADMIN)
tests_test_sandbox_fault_LDADD   = tests/libtest.a $(RULES_LIBS) $(CMOCKA_LIBS)
tests_test_fault_SOURCES = tests/test_fault.c
tests_test_story_SOURCES = tests/test_story.c tests/scratch.c tests/scratch.h
tests_test_story_LDADD   = tests/libtest.a $(SANDBOX_LIBS) $(CMOCKA_LIBS)
tests_test_fault_LDADD   = tests/libtest.a $(SANDBOX_LIBS) $(CMOCKA_LIBS)
tests_test_record_SOURCES = tests/test_record.c
tests_test_record_LDADD   = tests/libtest.a $(SANDBOX_LIBS) $(CMOCKA_LIBS)
RAW = tests/raw.c tests/raw.h
tests_test_sandbox_SOURCES = tests/test_sandbox.c $(RAW)
tests_test_sandbox_LDADD   = tests/libtest.a $(JSON_LIBS) $(CMOCKA_LIBS)
tests_test_sandbox_start_SOURCES = tests/test_sandbox_start.c $(RAW) tests/program.c tests/program.h \
	tests/scratch.c tests/scratch.h tests/canned.c tests/canned.h
tests_test_sandbox_start_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)
tests_test_sandbox_log_SOURCES = tests/test_sandbox_log.c $(RAW) tests/program.c tests/program.h \
	tests/scratch.c tests/scratch.h
tests_test_sandbox_log_LDADD   = tests/libtest.a sandbox/libsandbox.a $(CORE_LIBS) $(CMOCKA_LIBS)
tests_test_sandbox_seed_SOURCES = tests/test_sandbox_seed.c $(RAW) tests/program.c tests/program.h \
	tests/scratch.c tests/scratch.h
tests_test_sandbox_seed_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)
tests_test_sandbox_task_SOURCES = tests/test_sandbox_task.c $(RAW)
tests_test_sandbox_task_LDADD   = tests/libtest.a $(JSON_LIBS) $(CMOCKA_LIBS)
tests_test_sandbox_list_SOURCES = tests/test_sandbox_list.c tests/tasks.c tests/tasks.h $(RAW)
tests_test_sandbox_list_LDADD   = tests/libtest.a $(JSON_LIBS) $(CMOCKA_LIBS)
tests_test_sandbox_form_SOURCES = tests/test_sandbox_form.c
tests_test_sandbox_form_LDADD   = tests/libtest.a $(SANDBOX_LIBS) $(CMOCKA_LIBS)
tests_test_sandbox_reference_SOURCES = tests/test_sandbox_reference.c $(RAW)
tests_test_sandbox_reference_LDADD   = tests/libtest.a $(JSON_LIBS) $(CMOCKA_LIBS)
tests_test_sandbox_people_SOURCES = tests/test_sandbox_people.c tests/canned.c tests/canned.h $(RAW)
tests_test_sandbox_people_LDADD   = tests/libtest.a $(RULES_LIBS) $(CMOCKA_LIBS)
tests_test_sandbox_kinds_SOURCES = tests/test_sandbox_kinds.c $(TASKS)
tests_test_sandbox_kinds_LDADD   = tests/libtest.a $(RULES_LIBS) $(CMOCKA_LIBS)
tests_test_sandbox_account_SOURCES = tests/test_sandbox_account.c $(RAW)
tests_test_sandbox_account_LDADD   = tests/libtest.a $(JSON_LIBS) $(CMOCKA_LIBS)
if HAVE_CMOCKA
UNIT_TESTS += tests/test_sandbox_race tests/test_sandbox_crash tests/test_sandbox_sdk \
	tests/test_sandbox_bounds
endif
tests_test_sandbox_sdk_SOURCES = tests/test_sandbox_sdk.c $(RAW)
tests_test_sandbox_sdk_LDADD   = tests/libtest.a $(JSON_LIBS) $(CMOCKA_LIBS)
DYING = tests/dying.c tests/dying.h tests/proc.c tests/proc.h
tests_test_sandbox_bounds_SOURCES = tests/test_sandbox_bounds.c $(DYING) $(RAW)
tests_test_sandbox_bounds_LDADD   = tests/libtest.a $(JSON_LIBS) $(CMOCKA_LIBS)
LOAD = tests/load.c tests/load.h $(RAW)
tests_test_sandbox_crash_SOURCES = tests/test_sandbox_crash.c $(LOAD)
tests_test_sandbox_crash_LDADD   = tests/libtest.a $(RULES_LIBS) $(CMOCKA_LIBS)
tests_test_sandbox_race_SOURCES = tests/test_sandbox_race.c $(RAW)
tests_test_sandbox_race_LDADD   = tests/libtest.a $(JSON_LIBS) $(CMOCKA_LIBS)
FUZZERS += tests/fuzz_request
tests_fuzz_request_SOURCES  = tests/fuzz_request.c tests/fuzz.h $(FUZZ_MAIN)
tests_fuzz_request_CPPFLAGS = $(AM_CPPFLAGS) $(MHD_CFLAGS)
tests_fuzz_request_LDFLAGS  = $(AM_LDFLAGS) $(FUZZ_FLAGS)
tests_fuzz_request_LDADD    = $(SANDBOX_LIBS)
tests_test_sandbox_files_SOURCES = tests/test_sandbox_files.c tests/canned.c tests/canned.h $(RAW)
tests_test_sandbox_files_LDADD   = tests/libtest.a $(RULES_LIBS) $(CMOCKA_LIBS)
tests_test_sandbox_schema_SOURCES = tests/test_sandbox_schema.c tests/scratch.c tests/scratch.h
tests_test_sandbox_schema_LDADD   = tests/libtest.a $(SANDBOX_LIBS) $(CMOCKA_LIBS)
tests_test_sandbox_v2_SOURCES = tests/test_sandbox_v2.c $(RAW)
tests_test_sandbox_v2_LDADD   = tests/libtest.a $(JSON_LIBS) $(CMOCKA_LIBS)
tests_test_multipart_SOURCES = tests/test_multipart.c
tests_test_multipart_LDADD   = tests/libtest.a $(SANDBOX_LIBS) $(CMOCKA_LIBS)
if HAVE_CMOCKA
UNIT_TESTS += tests/test_web tests/test_sandbox_callback tests/test_sandbox_life
endif
tests_test_web_SOURCES = tests/test_web.c tests/canned.c tests/canned.h
tests_test_web_LDADD   = tests/libtest.a $(SANDBOX_LIBS) $(CMOCKA_LIBS)
TASKS = tests/tasks.c tests/tasks.h tests/canned.c tests/canned.h $(ADMIN)
tests_test_sandbox_life_SOURCES = tests/test_sandbox_life.c tests/sandbox.c tests/sandbox.h $(TASKS) $(SCENE)
tests_test_sandbox_callback_SOURCES = tests/test_sandbox_callback.c $(TASKS)
tests_test_sandbox_callback_LDADD   = tests/libtest.a $(RULES_LIBS) $(CMOCKA_LIBS)
tests_test_sandbox_life_LDADD   = tests/libtest.a $(RULES_LIBS) $(CMOCKA_LIBS)

# --- the sandbox at a million tasks ---
if HAVE_CMOCKA
UNIT_TESTS += tests/test_sandbox_counts tests/test_sandbox_search
endif
INSIDE = tests/inside.c tests/inside.h
tests_test_sandbox_counts_SOURCES = tests/test_sandbox_counts.c $(INSIDE) \
	tests/scratch.c tests/scratch.h
tests_test_sandbox_counts_LDADD   = tests/libtest.a $(SANDBOX_LIBS) $(CMOCKA_LIBS)
tests_test_sandbox_search_SOURCES = tests/test_sandbox_search.c $(INSIDE)
tests_test_sandbox_search_LDADD   = tests/libtest.a $(SANDBOX_LIBS) $(CMOCKA_LIBS)

EXTRA_PROGRAMS             += tests/bench_sandbox
CLEANFILES                 += tests/bench_sandbox$(EXEEXT)
tests_bench_sandbox_SOURCES = tests/bench_sandbox.c
tests_bench_sandbox_LDADD   = $(RULES_LIBS)
bench-sandbox: multistage-sandbox$(EXEEXT) tests/bench_sandbox$(EXEEXT)
	@./tests/bench_sandbox$(EXEEXT)

# --- tui base: grid, theme, term, edit, list, fuzzy, picker ---
BASE_LIBS = tests/libtest.a tui/libtui.a $(RULES_LIBS) $(CMOCKA_LIBS)
if HAVE_CMOCKA
UNIT_TESTS += tests/test_edit tests/test_fuzzy tests/test_grid tests/test_input tests/test_list \
	tests/test_picker tests/test_theme
endif
if HAVE_CMOCKA
if HAVE_VTERM
UNIT_TESTS      += tests/test_term tests/test_auth
check_LIBRARIES += tests/libpty.a
check_PROGRAMS  += tests/term_probe
endif
endif
FUZZERS += tests/fuzz_edit tests/fuzz_input tests/fuzz_theme
tests_test_edit_SOURCES  = tests/test_edit.c
tests_test_edit_LDADD    = $(BASE_LIBS)
tests_test_fuzzy_SOURCES = tests/test_fuzzy.c
tests_test_fuzzy_LDADD   = $(BASE_LIBS)
tests_test_grid_SOURCES  = tests/test_grid.c
tests_test_grid_LDADD    = $(BASE_LIBS)
tests_test_input_SOURCES = tests/test_input.c
tests_test_input_LDADD   = $(BASE_LIBS)
tests_test_list_SOURCES  = tests/test_list.c
tests_test_list_LDADD    = $(BASE_LIBS)
tests_test_picker_SOURCES = tests/test_picker.c
tests_test_picker_LDADD  = $(BASE_LIBS)
tests_libpty_a_SOURCES   = tests/pty.c tests/pty.h tests/pty_redraw.c
tests_libpty_a_CPPFLAGS  = $(AM_CPPFLAGS) $(VTERM_CFLAGS)
tests_term_probe_SOURCES = tests/term_probe.c
tests_term_probe_LDADD   = tui/libtui.a $(RULES_LIBS) $(CURSES_LIBS)
tests_test_term_SOURCES  = tests/test_term.c
tests_test_term_CPPFLAGS = $(AM_CPPFLAGS) $(VTERM_CFLAGS)
tests_test_term_LDADD    = tests/libpty.a tests/libtest.a $(CMOCKA_LIBS) $(VTERM_LIBS) -lutil
tests_test_auth_SOURCES  = tests/test_auth.c $(PROGRAM_TEST)
tests_test_auth_CPPFLAGS = $(AM_CPPFLAGS) $(VTERM_CFLAGS)
tests_test_auth_LDADD    = tests/libpty.a tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS) $(VTERM_LIBS) -lutil
tests_test_theme_SOURCES = tests/test_theme.c
tests_test_theme_LDADD   = $(BASE_LIBS) -lm
tests_fuzz_edit_SOURCES  = tests/fuzz_edit.c $(FUZZ_MAIN)
tests_fuzz_edit_LDFLAGS  = $(AM_LDFLAGS) $(FUZZ_FLAGS)
tests_fuzz_edit_LDADD    = tui/libtui.a $(RULES_LIBS)
tests_fuzz_input_SOURCES = tests/fuzz_input.c $(FUZZ_MAIN)
tests_fuzz_input_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_FLAGS)
tests_fuzz_input_LDADD   = tui/libtui.a $(RULES_LIBS)
tests_fuzz_theme_SOURCES = tests/fuzz_theme.c $(FUZZ_MAIN)
tests_fuzz_theme_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_FLAGS)
tests_fuzz_theme_LDADD   = tui/libtui.a core/librules.a

# --- the form: reducer and screens ---
if HAVE_CMOCKA
UNIT_TESTS += tests/test_body tests/test_compose tests/test_payload_view tests/test_review \
	tests/test_ui
endif
tests_test_body_SOURCES = tests/test_body.c
tests_test_body_LDADD   = tests/libtest.a $(TUI_LIBS) $(CMOCKA_LIBS)
tests_test_payload_view_SOURCES = tests/test_payload_view.c tests/ui_world.c tests/ui_world.h
tests_test_payload_view_LDADD   = tests/libtest.a $(TUI_LIBS) $(CMOCKA_LIBS)
tests_test_compose_SOURCES = tests/test_compose.c tests/ui_world.c tests/ui_world.h
tests_test_compose_LDADD   = tests/libtest.a $(TUI_LIBS) $(CMOCKA_LIBS)
tests_test_review_SOURCES  = tests/test_review.c tests/ui_world.c tests/ui_world.h
tests_test_review_LDADD    = tests/libtest.a $(TUI_LIBS) $(CMOCKA_LIBS)
tests_test_ui_SOURCES      = tests/test_ui.c tests/ui_world.c tests/ui_world.h
tests_test_ui_LDADD        = tests/libtest.a $(TUI_LIBS) $(CMOCKA_LIBS)

# --- board, log, popups: reducer and screens ---
SCREEN_LIBS = tests/libtest.a tui/libtui.a $(CORE_LIBS) $(CMOCKA_LIBS)
if HAVE_CMOCKA
UNIT_TESTS += tests/test_board tests/test_board_act tests/test_board_view tests/test_board_story \
	tests/test_help tests/test_logview tests/test_popup tests/test_standing
endif
UI_WORLD    = tests/ui_world.c tests/ui_world.h
BOARD_WORLD = tests/board_world.c tests/board_world.h $(UI_WORLD)
tests_test_board_SOURCES = tests/test_board.c $(BOARD_WORLD)
tests_test_board_LDADD   = $(SCREEN_LIBS)
tests_test_board_act_SOURCES = tests/test_board_act.c $(BOARD_WORLD)
tests_test_board_act_LDADD = $(SCREEN_LIBS)
tests_test_board_story_SOURCES = tests/test_board_story.c $(BOARD_WORLD)
tests_test_board_story_LDADD = $(SCREEN_LIBS)
tests_test_board_view_SOURCES = tests/test_board_view.c $(BOARD_WORLD)
tests_test_board_view_LDADD = $(SCREEN_LIBS)
tests_test_help_SOURCES  = tests/test_help.c $(UI_WORLD)
tests_test_help_LDADD    = $(SCREEN_LIBS)
tests_test_standing_SOURCES  = tests/test_standing.c $(UI_WORLD)
tests_test_standing_LDADD    = $(SCREEN_LIBS)
tests_test_logview_SOURCES = tests/test_logview.c $(UI_WORLD)
tests_test_logview_LDADD = $(SCREEN_LIBS)
tests_test_popup_SOURCES = tests/test_popup.c $(UI_WORLD)
tests_test_popup_LDADD   = $(SCREEN_LIBS)

# --- the real program on a pseudo terminal; bench ---
if HAVE_CMOCKA
if HAVE_VTERM
UNIT_TESTS      += tests/test_screen tests/test_screen_board tests/test_screen_life \
	tests/test_screen_looks tests/test_screen_outside tests/test_screen_send tests/test_screen_terms \
	tests/test_screen_remote tests/test_monkey
check_LIBRARIES += tests/libdesk.a
endif
endif
DESK_LIBS = tests/libdesk.a tests/libpty.a tests/libtest.a $(RULES_LIBS) $(CMOCKA_LIBS) \
	$(VTERM_LIBS) -lutil
tests_libdesk_a_SOURCES  = tests/desk.c tests/desk.h tests/lossy.c tests/lossy.h \
	tests/raw.c tests/raw.h
tests_libdesk_a_CPPFLAGS = $(AM_CPPFLAGS) $(VTERM_CFLAGS)
tests_test_screen_SOURCES  = tests/test_screen.c
tests_test_screen_CPPFLAGS = $(AM_CPPFLAGS) $(VTERM_CFLAGS)
tests_test_screen_LDADD    = $(DESK_LIBS)
tests_test_screen_board_SOURCES  = tests/test_screen_board.c
tests_test_screen_board_CPPFLAGS = $(AM_CPPFLAGS) $(VTERM_CFLAGS)
tests_test_screen_board_LDADD    = $(DESK_LIBS)
tests_test_screen_life_SOURCES  = tests/test_screen_life.c
tests_test_screen_life_CPPFLAGS = $(AM_CPPFLAGS) $(VTERM_CFLAGS)
tests_test_screen_life_LDADD    = $(DESK_LIBS)
tests_test_screen_looks_SOURCES  = tests/test_screen_looks.c
tests_test_screen_looks_CPPFLAGS = $(AM_CPPFLAGS) $(VTERM_CFLAGS)
tests_test_screen_looks_LDADD    = $(DESK_LIBS)
tests_test_screen_outside_SOURCES  = tests/test_screen_outside.c
tests_test_screen_outside_CPPFLAGS = $(AM_CPPFLAGS) $(VTERM_CFLAGS)
tests_test_screen_outside_LDADD    = $(DESK_LIBS)
tests_test_screen_send_SOURCES  = tests/test_screen_send.c tests/admin.c tests/admin.h
tests_test_screen_send_CPPFLAGS = $(AM_CPPFLAGS) $(VTERM_CFLAGS)
tests_test_screen_send_LDADD    = $(DESK_LIBS)
if HAVE_CMOCKA
if HAVE_VTERM
UNIT_TESTS += tests/test_screen_many
endif
endif
tests_test_screen_many_SOURCES  = tests/test_screen_many.c tests/proc.c tests/proc.h $(STORED)
tests_test_screen_many_CPPFLAGS = $(AM_CPPFLAGS) $(VTERM_CFLAGS)
tests_test_screen_many_LDADD    = tests/libdesk.a tests/libpty.a tests/libtest.a $(CORE_LIBS) \
	$(CMOCKA_LIBS) $(VTERM_LIBS) -lutil
tests_test_screen_terms_SOURCES  = tests/test_screen_terms.c
tests_test_screen_terms_CPPFLAGS = $(AM_CPPFLAGS) $(VTERM_CFLAGS)
tests_test_screen_terms_LDADD    = $(DESK_LIBS)
tests_test_screen_remote_SOURCES  = tests/test_screen_remote.c
tests_test_screen_remote_CPPFLAGS = $(AM_CPPFLAGS) $(VTERM_CFLAGS)
tests_test_screen_remote_LDADD    = $(DESK_LIBS)
tests_test_monkey_SOURCES  = tests/test_monkey.c
tests_test_monkey_CPPFLAGS = $(AM_CPPFLAGS) $(VTERM_CFLAGS)
tests_test_monkey_LDADD    = $(DESK_LIBS)
# preloaded by a test; without sanitizers and the like
check_DATA  = tests/deaf_names.so
CLEANFILES += tests/deaf_names.so
EXTRA_DIST += tests/deaf_names.c
tests/deaf_names.so: tests/deaf_names.c
	$(AM_V_CC)$(CC) -O -fPIC -shared -o $@ $(srcdir)/tests/deaf_names.c
EXTRA_PROGRAMS     += tests/soak
CLEANFILES         += tests/soak$(EXEEXT)
tests_soak_SOURCES = tests/soak.c $(DYING) $(LOAD)
tests_soak_LDADD   = tests/libtest.a $(RULES_LIBS) $(CMOCKA_LIBS)
# SECONDS=60 for a short one
soak-sandbox: multistage-sandbox$(EXEEXT) tests/soak$(EXEEXT)
	@SECONDS='$(SECONDS)' ./tests/soak$(EXEEXT)
EXTRA_PROGRAMS     += tests/bench
CLEANFILES         += tests/bench$(EXEEXT)
tests_bench_SOURCES = tests/bench.c
tests_bench_LDADD   = $(RULES_LIBS) -lutil
bench: all tests/bench$(EXEEXT) $(BENCH_SEND)
	@MS_SRCDIR='$(abs_top_srcdir)' ./tests/bench$(EXEEXT)
if HAVE_CMOCKA
BENCH_SEND = bench-send
EXTRA_PROGRAMS          += tests/bench_send
CLEANFILES              += tests/bench_send$(EXEEXT)
tests_bench_send_SOURCES = tests/bench_send.c tests/drive.c tests/drive.h tests/sandbox.c \
	tests/sandbox.h $(SESSION_WORLD)
tests_bench_send_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)
bench-send: multistage-sandbox$(EXEEXT) tests/bench_send$(EXEEXT)
	@./tests/bench_send$(EXEEXT)
endif

check_PROGRAMS += $(UNIT_TESTS) $(FUZZERS)
TESTS          += $(UNIT_TESTS)

# A fuzzer is a test with another main(). With --enable-fuzz libFuzzer brings it.
if FUZZ
FUZZ_MAIN =
else
FUZZ_MAIN = tests/fuzz_main.c
TESTS += $(FUZZERS)
endif

# Accept new screens, payloads and tables of the manual, then look: make bless; git diff
bless: $(check_PROGRAMS)
	@bad=; MS_BLESS=1 MS_SRCDIR='$(abs_top_srcdir)' TZ=UTC LC_ALL=C.UTF-8; \
	export MS_BLESS MS_SRCDIR TZ LC_ALL; \
	for t in $(UNIT_TESTS); do ./$$t || bad="$$bad $$t"; done; \
	$(SHELL) $(top_srcdir)/tests/check-docs.sh || bad="$$bad tests/check-docs.sh"; \
	test -z "$$bad" || { echo "no picture is the trouble of:$$bad"; exit 1; }

# --- never lost, never twice: kills, failing calls, failing memory ---
if HAVE_CMOCKA
UNIT_TESTS += tests/test_inject tests/test_killed tests/test_memory \
	tests/test_hindered tests/test_crowd
check_PROGRAMS += tests/shim.so tests/shim_mem.so
endif
SHIM_FLAGS = $(WARN_CFLAGS) -fPIC -fno-builtin
tests_shim_so_SOURCES     = tests/shim.c tests/shim.h
tests_shim_so_CFLAGS      = $(SHIM_FLAGS)
tests_shim_so_LDFLAGS     = -shared
tests_shim_mem_so_SOURCES = tests/shim_mem.c tests/shim.h
tests_shim_mem_so_CFLAGS  = $(SHIM_FLAGS)
tests_shim_mem_so_LDFLAGS = -shared
INJECT = tests/inject.c tests/inject.h tests/trace.c tests/trace.h tests/shim.h $(PROGRAM_TEST)
HISTORY = tests/history.c tests/history.h tests/promise.c tests/promise.h tests/sweep.c \
	tests/sweep.h tests/stored.c tests/stored.h tests/sandbox.c tests/sandbox.h $(ADMIN) \
	$(INJECT)
tests_test_inject_SOURCES = tests/test_inject.c tests/canned.c tests/canned.h $(INJECT)
tests_test_killed_SOURCES = tests/test_killed.c $(HISTORY)
tests_test_memory_SOURCES = tests/test_memory.c $(HISTORY)
tests_test_memory_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)
tests_test_hindered_SOURCES = tests/test_hindered.c $(HISTORY)
tests_test_hindered_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)
tests_test_crowd_SOURCES = tests/test_crowd.c $(HISTORY)
tests_test_crowd_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)
tests_test_killed_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)
tests_test_inject_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)
EXTRA_PROGRAMS     += tests/deep
CLEANFILES         += tests/deep$(EXEEXT)
tests_deep_SOURCES = tests/deep.c $(HISTORY)
tests_deep_LDADD   = tests/libtest.a $(CORE_LIBS) $(CMOCKA_LIBS)
# Every kill point, failing call, allocation and cut; see tests/deep.sh for its settings.
check-deep: multistage$(EXEEXT) multistage-sandbox$(EXEEXT) tests/shim.so$(EXEEXT) \
	tests/shim_mem.so$(EXEEXT) tests/deep$(EXEEXT) tests/test_crowd$(EXEEXT) \
	tests/test_memory$(EXEEXT) tests/test_wire_cut$(EXEEXT)
	@MS_SRCDIR='$(abs_top_srcdir)' $(SHELL) $(top_srcdir)/tests/deep.sh
EXTRA_DIST += tests/deep.sh tests/mutants.sh tests/mutants.list
# Bugs are planted, and the tests must notice; MS_ONLY=WORD for some of them.
check-mutants:
	@MS_SRCDIR='$(abs_top_srcdir)' CC='$(CC)' $(SHELL) $(top_srcdir)/tests/mutants.sh
