// SPDX-License-Identifier: MIT OR GPL-2.0
/*
 * Work that has nothing to do with VFIO, in a loop, and how long it took in nanoseconds
 * (CLOCK_MONOTONIC):
 *
 *   load mutexes N        a pipe's mutex taken 2 N times: a byte written and read
 *   load processes N      N processes started (vfork, exec) and ended, this program itself
 *   load threads N        N threads started and ended
 *   load signals N        N times SIGTERM, sent to itself and handled
 */
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char *self;
static int ends[2];
static volatile sig_atomic_t handled;

static void check(int failed, const char *what)
{
	if (failed) {
		perror(what);
		exit(1);
	}
}

static void mutex(void)
{
	char byte = 0;

	check(write(ends[1], &byte, 1) != 1 || read(ends[0], &byte, 1) != 1, "pipe");
}

static void process(void)
{
	char *arguments[] = {self, NULL}, *environment[] = {NULL};
	pid_t child;

	check(posix_spawn(&child, self, NULL, NULL, arguments, environment), self);
	check(waitpid(child, NULL, 0) != child, "waitpid");
}

static void *end(void *nothing)
{
	return nothing;
}

static void thread(void)
{
	pthread_t thread;

	check(pthread_create(&thread, NULL, end, NULL), "pthread_create");
	check(pthread_join(thread, NULL), "pthread_join");
}

static void handle(int signal)
{
	handled = signal;
}

static void signal_self(void)
{
	handled = 0;
	check(kill(getpid(), SIGTERM) || !handled, "kill");
}

static const struct {
	const char *name;
	void (*once)(void);
} loads[] = {
    {"mutexes", mutex}, {"processes", process}, {"threads", thread}, {"signals", signal_self}};

static long long now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

int main(int argc, char **argv)
{
	if (argc < 3)
		return 0; /* the process that `processes` starts */
	self = argv[0];
	check(pipe(ends), "pipe");
	signal(SIGTERM, handle);
	for (size_t i = 0; i < sizeof(loads) / sizeof(*loads); i++) {
		long long begin;

		if (strcmp(argv[1], loads[i].name) != 0)
			continue;
		begin = now_ns();
		for (long n = atol(argv[2]); n > 0; n--)
			loads[i].once();
		printf("%lld\n", now_ns() - begin);
		return 0;
	}
	fprintf(stderr, "load: no load %s\n", argv[1]);
	return 2;
}
