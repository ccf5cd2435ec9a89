/* deaf_names.c - preloaded: the name server is dead, and whoever asks it waits for ever. */
#include <netdb.h>
#include <unistd.h>

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
		struct addrinfo **res);

int
getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
	    struct addrinfo **res)
{
	(void)node;
	(void)service;
	(void)hints;
	(void)res;
	for (;;)
		pause();
}
