/* tls_server.h - real TLS servers on a port of this machine, with certificates made here:
 * openssl s_server, which answers any GET with a page of its own, or the sandbox.
 *
 * They die with the test, and after two minutes at the latest.
 */
#ifndef TESTS_TLS_SERVER_H
#define TESTS_TLS_SERVER_H

#include <stdbool.h>

/* Is there an openssl(1)? If not, say so on stderr: the test can only return. */
bool tls_possible(void);

/* cert.pem and key.pem in the scratch folder: self-signed, for this host name. */
void tls_certificate(void *state, const char *host);
/* The same, with its end a day ago. */
void tls_expired_certificate(void *state, const char *host);

/* Serve with that certificate. options: more of s_server's, NULL-terminated, or NULL. */
void tls_serve(void *state, const char *const *options);
void tls_serve_sandbox(void *state);
void tls_stop(void);

int tls_port(void);
const char *tls_url(void); /* https://localhost:PORT/v1 */

#endif
