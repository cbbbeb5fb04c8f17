/* wasi:sockets/tcp and tcp-create-socket. The states are those of TcpSocketOperationalSemantics.md. Binding
 * and listening are complete after `start-…`; only connecting goes on after it. */
#include "net.h"

#define TCP(name) P2_EXPORT("wasi:sockets/tcp", "[method]tcp-socket." name)

typedef enum state {
    UNBOUND, BIND_STARTED, BOUND, LISTEN_STARTED, LISTENING, CONNECTING, CONNECTED, CLOSED,
} state;

enum { BACKLOG = 128, RECEIVE = 0, SEND = 1, INPROGRESS = 26 };

typedef struct tcp_socket {
    p2_file *file;
    state state;
    uint32_t family, backlog;
} tcp_socket;

/* ---- Making ---- */

static tcp_socket *new_socket(uint32_t fd, uint32_t family, state state)
{
    tcp_socket *socket = p2_new(sizeof *socket);
    *socket = (tcp_socket){p2_new_file(fd, P1_SOCKET_STREAM), state, family, BACKLOG};
    p2_retain(socket->file);
    return socket;
}

/* result<own<tcp-socket>, error-code> */
typedef struct socket_result {
    uint8_t tag;
    union {
        tcp_socket *ok;
        uint8_t error;
    };
} socket_result;

P2_EXPORT("wasi:sockets/tcp-create-socket", "create-tcp-socket") socket_result *p2_create_tcp(uint32_t family)
{
    socket_result *result = p2_allocate(sizeof *result);
    const uint32_t number = family ? NET_IPV6 : NET_IPV4;
    uint32_t fd;
    p1_errno error = net_open(number, NET_STREAM, &fd);
    *result = (socket_result){.tag = P2_ERROR, .error = (uint8_t)net_create_error(error)};
    if (!error) *result = (socket_result){.tag = P2_OK, .ok = new_socket(fd, number, UNBOUND)};
    return result;
}

P2_EXPORT("wasi:sockets/tcp", "[dtor]tcp-socket") void p2_drop_tcp(tcp_socket *socket)
{
    p2_release(socket->file);
    p2_free(socket);
}

/* ---- Own addresses ---- */

TCP("start-bind") net_unit_result *p2_tcp_start_bind(tcp_socket *self, const void *network, NET_FLAT_ADDRESS)
{
    (void)network;
    const net_address at = net_address_of_flat(tag, NET_FLAT_NUMBERS);
    if (self->state == BIND_STARTED) return net_unit(NET_CONCURRENCY_CONFLICT);
    if (self->state != UNBOUND) return net_unit(NET_INVALID_STATE);
    net_error error = net_error_of(net_bind(self->file->fd, &at));
    if (error == NET_FINE) self->state = BIND_STARTED;
    return net_unit(error);
}

TCP("finish-bind") net_unit_result *p2_tcp_finish_bind(tcp_socket *self)
{
    if (self->state != BIND_STARTED) return net_unit(NET_NOT_IN_PROGRESS);
    self->state = BOUND;
    return net_unit(NET_FINE);
}

TCP("start-listen") net_unit_result *p2_tcp_start_listen(tcp_socket *self)
{
    if (self->state == LISTEN_STARTED) return net_unit(NET_CONCURRENCY_CONFLICT);
    if (self->state != BOUND) return net_unit(NET_INVALID_STATE);
    net_error error = net_error_of(net_listen(self->file->fd, self->backlog));
    if (error == NET_FINE) self->state = LISTEN_STARTED;
    return net_unit(error);
}

TCP("finish-listen") net_unit_result *p2_tcp_finish_listen(tcp_socket *self)
{
    if (self->state != LISTEN_STARTED) return net_unit(NET_NOT_IN_PROGRESS);
    self->state = LISTENING;
    self->file->listens = true;
    return net_unit(NET_FINE);
}

TCP("set-listen-backlog-size") net_unit_result *p2_tcp_set_backlog(tcp_socket *self, uint64_t size)
{
    if (size == 0) return net_unit(NET_INVALID_ARGUMENT);
    if (self->state == CONNECTING || self->state == CONNECTED || self->state == CLOSED) return net_unit(NET_INVALID_STATE);
    self->backlog = size < UINT32_MAX ? (uint32_t)size : UINT32_MAX;
    const bool listens = self->state == LISTEN_STARTED || self->state == LISTENING;
    return net_unit(listens ? net_error_of(net_listen(self->file->fd, self->backlog)) : NET_FINE);
}

/* ---- Connections ---- */

/* If the address was not valid or not granted, the socket stays as it was. Other errors close it. */
static void close_after(tcp_socket *socket, net_error error)
{
    if (error != NET_INVALID_ARGUMENT && error != NET_ACCESS_DENIED) socket->state = CLOSED;
}

TCP("start-connect") net_unit_result *p2_tcp_start_connect(tcp_socket *self, const void *network, NET_FLAT_ADDRESS)
{
    (void)network;
    const net_address to = net_address_of_flat(tag, NET_FLAT_NUMBERS);
    if (self->state == CONNECTING || self->state == BIND_STARTED) return net_unit(NET_CONCURRENCY_CONFLICT);
    if (self->state != UNBOUND && self->state != BOUND) return net_unit(NET_INVALID_STATE);
    p1_errno code = net_connect(self->file->fd, &to);
    net_error error = code == INPROGRESS ? NET_FINE : net_error_of(code);
    if (error == NET_ADDRESS_NOT_BINDABLE) error = NET_ADDRESS_IN_USE; /* no port is left */
    if (error == NET_FINE) self->state = CONNECTING;
    else close_after(self, error);
    return net_unit(error);
}

/* result<tuple<own<input-stream>, own<output-stream>>, error-code> */
typedef struct streams_result {
    uint8_t tag;
    union {
        struct {
            p2_stream *input, *output;
        };
        uint8_t error;
    };
} streams_result;

static p2_stream *new_stream(const tcp_socket *socket) { return p2_new_stream(socket->file, P2_SEQUENTIAL, 0); }

TCP("finish-connect") streams_result *p2_tcp_finish_connect(tcp_socket *self)
{
    streams_result *result = p2_allocate(sizeof *result);
    net_error error = NET_NOT_IN_PROGRESS;
    if (self->state == CONNECTING) {
        error = net_error_of(net_finish_connect(self->file->fd));
        if (error == NET_FINE) self->state = CONNECTED;
        else if (error != NET_WOULD_BLOCK) self->state = CLOSED;
    }
    *result = (streams_result){.tag = P2_ERROR, .error = (uint8_t)error};
    if (error != NET_FINE) return result;
    p2_stream *input = new_stream(self), *output = new_stream(self);
    *result = (streams_result){.tag = P2_OK, .input = input, .output = output};
    return result;
}

/* result<tuple<own<tcp-socket>, own<input-stream>, own<output-stream>>, error-code> */
typedef struct accept_result {
    uint8_t tag;
    union {
        struct {
            tcp_socket *socket;
            p2_stream *input, *output;
        };
        uint8_t error;
    };
} accept_result;

TCP("accept") accept_result *p2_tcp_accept(tcp_socket *self)
{
    accept_result *result = p2_allocate(sizeof *result);
    uint32_t fd;
    net_error error = self->state == LISTENING ? net_error_of(net_accept(self->file->fd, &fd)) : NET_INVALID_STATE;
    *result = (accept_result){.tag = P2_ERROR, .error = (uint8_t)error};
    if (error != NET_FINE) return result;
    tcp_socket *accepted = new_socket(fd, self->family, CONNECTED);
    p2_stream *input = new_stream(accepted), *output = new_stream(accepted);
    *result = (accept_result){.tag = P2_OK, .socket = accepted, .input = input, .output = output};
    return result;
}

TCP("shutdown") net_unit_result *p2_tcp_shutdown(tcp_socket *self, uint32_t type)
{
    if (self->state != CONNECTED) return net_unit(NET_INVALID_STATE);
    const bool reading = type != SEND, writing = type != RECEIVE;
    net_shutdown(self->file->fd, (reading ? 1 : 0) | (writing ? 2 : 0)); /* ENOTCONN: the other side was faster */
    self->file->ends_reading |= reading;
    return net_unit(NET_FINE);
}

/* ---- What it is ---- */

TCP("local-address") net_address_result *p2_tcp_local_address(tcp_socket *self)
{
    net_address at;
    if (self->state == UNBOUND || self->state == BIND_STARTED || self->state == CLOSED)
        return net_address_value(NET_INVALID_STATE, NULL);
    net_error error = net_error_of(net_local_address(self->file->fd, &at));
    return net_address_value(error, &at);
}

TCP("remote-address") net_address_result *p2_tcp_remote_address(tcp_socket *self)
{
    net_address at;
    if (self->state != CONNECTED) return net_address_value(NET_INVALID_STATE, NULL);
    net_error error = net_error_of(net_peer_address(self->file->fd, &at));
    return net_address_value(error, &at);
}

TCP("is-listening") bool p2_tcp_is_listening(tcp_socket *self) { return self->state == LISTENING; }
TCP("address-family") uint32_t p2_tcp_family(tcp_socket *self) { return self->family == NET_IPV6; }

TCP("subscribe") p2_pollable *p2_tcp_subscribe(tcp_socket *self) { return p2_new_pollable(P2_SOCKET, self->file, 0); }

/* ---- Options ---- */

#define NUMBER_OPTION(text, name, option) \
    TCP(text) net_number_result *p2_tcp_get_##name(tcp_socket *self) { return net_get_number(self->file->fd, option); } \
    TCP("set-" text) net_unit_result *p2_tcp_set_##name(tcp_socket *self, uint64_t value) \
    { \
        return net_set(self->file->fd, option, value); \
    }
NUMBER_OPTION("keep-alive-idle-time", idle, NET_KEEP_ALIVE_IDLE)
NUMBER_OPTION("keep-alive-interval", interval, NET_KEEP_ALIVE_INTERVAL)
NUMBER_OPTION("receive-buffer-size", receive_buffer, NET_RECEIVE_BUFFER)
NUMBER_OPTION("send-buffer-size", send_buffer, NET_SEND_BUFFER)

TCP("keep-alive-enabled") net_byte_result *p2_tcp_get_keep_alive(tcp_socket *self)
{
    return net_get_byte(self->file->fd, NET_KEEP_ALIVE);
}
TCP("set-keep-alive-enabled") net_unit_result *p2_tcp_set_keep_alive(tcp_socket *self, bool value)
{
    return net_set(self->file->fd, NET_KEEP_ALIVE, value);
}
TCP("hop-limit") net_byte_result *p2_tcp_get_hop_limit(tcp_socket *self)
{
    return net_get_byte(self->file->fd, NET_HOP_LIMIT);
}
TCP("set-hop-limit") net_unit_result *p2_tcp_set_hop_limit(tcp_socket *self, uint32_t value)
{
    return net_set(self->file->fd, NET_HOP_LIMIT, value);
}

/* result<u32, error-code> */
typedef struct count_result {
    uint8_t tag;
    union {
        uint32_t ok;
        uint8_t error;
    };
} count_result;

TCP("keep-alive-count") count_result *p2_tcp_get_count(tcp_socket *self)
{
    count_result *result = p2_allocate(sizeof *result);
    const net_number_result *number = net_get_number(self->file->fd, NET_KEEP_ALIVE_COUNT);
    /* An error code is the lowest byte of `ok`. */
    *result = (count_result){.tag = number->tag, .ok = (uint32_t)number->ok};
    return result;
}
TCP("set-keep-alive-count") net_unit_result *p2_tcp_set_count(tcp_socket *self, uint32_t value)
{
    return net_set(self->file->fd, NET_KEEP_ALIVE_COUNT, value);
}
