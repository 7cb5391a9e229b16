/*
 * The floor under every UDP server: recvmmsg, set the QR bit, sendmmsg, on one thread. What it takes is
 * the kernel's share; no server that uses sockets does better.
 * Usage: floor PORT
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#define BATCH 64
#define SIZE 1500
#define RECEIVE_BUFFER (4 << 20)

static unsigned char bytes[BATCH][SIZE];
static struct sockaddr_in addresses[BATCH];
static struct iovec pieces[BATCH];
static struct mmsghdr messages[BATCH];

static int open_socket(int port)
{
    struct sockaddr_in local = {.sin_family = AF_INET, .sin_port = htons(port)};
    int size = RECEIVE_BUFFER;
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    inet_pton(AF_INET, "127.0.0.1", &local.sin_addr);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    if (bind(fd, (struct sockaddr *)&local, sizeof local) != 0) {
        perror("bind");
        exit(1);
    }
    return fd;
}

static void prepare(int i)
{
    pieces[i] = (struct iovec){bytes[i], SIZE};
    messages[i].msg_hdr = (struct msghdr){
        .msg_name = &addresses[i],
        .msg_namelen = sizeof addresses[i],
        .msg_iov = &pieces[i],
        .msg_iovlen = 1,
    };
}

int main(int count, char **parameters)
{
    if (count != 2) {
        fprintf(stderr, "Usage: floor PORT\n");
        return 2;
    }
    int fd = open_socket(atoi(parameters[1]));
    for (;;) {
        for (int i = 0; i < BATCH; i++)
            prepare(i);
        int received = recvmmsg(fd, messages, BATCH, MSG_WAITFORONE, NULL);
        for (int i = 0; i < received; i++) {
            pieces[i].iov_len = messages[i].msg_len;
            bytes[i][2] |= 0x80;
        }
        for (int sent = 0; sent < received;) {
            int more = sendmmsg(fd, messages + sent, received - sent, 0);
            sent += more > 0 ? more : 1;
        }
    }
}
