# MS_TRY_CFLAGS(VARIABLE, FLAGS)
# Append to VARIABLE each of the FLAGS that $CC accepts without a warning.
AC_DEFUN([MS_TRY_CFLAGS], [
  ms_try="m4_normalize([$2])"
  for ms_flag in $ms_try; do
    AC_MSG_CHECKING([whether $CC accepts $ms_flag])
    ms_save=$CFLAGS
    CFLAGS="$CFLAGS -Werror $ms_flag"
    AC_COMPILE_IFELSE([AC_LANG_SOURCE([[int ms_dummy;]])],
      [$1="$$1 $ms_flag"; AC_MSG_RESULT([yes])],
      [AC_MSG_RESULT([no])])
    CFLAGS=$ms_save
  done
])

# MS_LINKS_WITH(FLAG, IF-YES, IF-NO)
# Can a libFuzzer-style entry point be linked with FLAG?
AC_DEFUN([MS_LINKS_WITH], [
  AC_MSG_CHECKING([whether $CC links with $1])
  ms_save=$CFLAGS
  CFLAGS="$CFLAGS $1"
  AC_LINK_IFELSE([AC_LANG_SOURCE([[
#include <stddef.h>
#include <stdint.h>
int LLVMFuzzerTestOneInput(const uint8_t *d, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *d, size_t n) { return d != NULL && n > 9000; }]])],
    [ms_ok=yes], [ms_ok=no])
  CFLAGS=$ms_save
  AC_MSG_RESULT([$ms_ok])
  AS_IF([test $ms_ok = yes], [$2], [$3])
])
