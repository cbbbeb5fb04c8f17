/* wasi:sockets/udp and udp-create-socket. */
#include "net.h"

#define UDP(name) P2_EXPORT("wasi:sockets/udp", "[method]udp-socket." name)
#define INCOMING(name) P2_EXPORT("wasi:sockets/udp", "[method]incoming-datagram-stream." name)
#define OUTGOING(name) P2_EXPORT("wasi:sockets/udp", "[method]outgoing-datagram-stream." name)

enum {
    MOST_BYTES = 65536, /* of a datagram */
    MOST_RECEIVED = 16, /* datagrams of one call */
    PERMITTED = 64,     /* datagrams of one call of `send` */
};

typedef enum state { UNBOUND, BIND_STARTED, BOUND } state;

/* What a socket and its streams share. */
typedef struct channel {
    p2_file *file;
    uint32_t users;
    uint32_t pair;    /* the number of the latest pair of streams; calls of older ones fail */
    net_address peer; /* family 0 if there is none */
} channel;

typedef struct udp_socket {
    channel *channel;
    state state;
    uint32_t family;
} udp_socket;

typedef struct datagram_stream {
    channel *channel;
    uint32_t pair, permitted;
} datagram_stream;

static channel *retain(channel *channel)
{
    channel->users++;
    return channel;
}

static void release(channel *channel)
{
    if (--channel->users > 0) return;
    p2_release(channel->file);
    p2_free(channel);
}

/* ---- Making ---- */

/* result<own<udp-socket>, error-code> */
typedef struct socket_result {
    uint8_t tag;
    union {
        udp_socket *ok;
        uint8_t error;
    };
} socket_result;

P2_EXPORT("wasi:sockets/udp-create-socket", "create-udp-socket") socket_result *p2_create_udp(uint32_t family)
{
    socket_result *result = p2_allocate(sizeof *result);
    const uint32_t number = family ? NET_IPV6 : NET_IPV4;
    uint32_t fd;
    p1_errno error = net_open(number, NET_DATAGRAM, &fd);
    *result = (socket_result){.tag = P2_ERROR, .error = (uint8_t)net_create_error(error)};
    if (error) return result;
    channel *channel = p2_new(sizeof *channel);
    channel->file = p2_new_file(fd, P1_SOCKET_DATAGRAM);
    p2_retain(channel->file);
    udp_socket *socket = p2_new(sizeof *socket);
    *socket = (udp_socket){retain(channel), UNBOUND, number};
    *result = (socket_result){.tag = P2_OK, .ok = socket};
    return result;
}

P2_EXPORT("wasi:sockets/udp", "[dtor]udp-socket") void p2_drop_udp(udp_socket *socket)
{
    release(socket->channel);
    p2_free(socket);
}

static void drop_stream(datagram_stream *stream)
{
    release(stream->channel);
    p2_free(stream);
}

P2_EXPORT("wasi:sockets/udp", "[dtor]incoming-datagram-stream") void p2_drop_incoming(datagram_stream *stream)
{
    drop_stream(stream);
}
P2_EXPORT("wasi:sockets/udp", "[dtor]outgoing-datagram-stream") void p2_drop_outgoing(datagram_stream *stream)
{
    drop_stream(stream);
}

/* ---- Addresses ---- */

UDP("start-bind") net_unit_result *p2_udp_start_bind(udp_socket *self, const void *network, NET_FLAT_ADDRESS)
{
    (void)network;
    const net_address at = net_address_of_flat(tag, NET_FLAT_NUMBERS);
    if (self->state == BIND_STARTED) return net_unit(NET_CONCURRENCY_CONFLICT);
    if (self->state != UNBOUND) return net_unit(NET_INVALID_STATE);
    net_error error = net_error_of(net_bind(self->channel->file->fd, &at));
    if (error == NET_FINE) self->state = BIND_STARTED;
    return net_unit(error);
}

UDP("finish-bind") net_unit_result *p2_udp_finish_bind(udp_socket *self)
{
    if (self->state != BIND_STARTED) return net_unit(NET_NOT_IN_PROGRESS);
    self->state = BOUND;
    return net_unit(NET_FINE);
}

UDP("local-address") net_address_result *p2_udp_local_address(udp_socket *self)
{
    net_address at;
    if (self->state != BOUND) return net_address_value(NET_INVALID_STATE, NULL);
    net_error error = net_error_of(net_local_address(self->channel->file->fd, &at));
    return net_address_value(error, &at);
}

UDP("remote-address") net_address_result *p2_udp_remote_address(udp_socket *self)
{
    const net_address *peer = &self->channel->peer;
    return net_address_value(peer->family ? NET_FINE : NET_INVALID_STATE, peer);
}

UDP("address-family") uint32_t p2_udp_family(udp_socket *self) { return self->family == NET_IPV6; }

/* ---- Streams ---- */

/* result<tuple<own<incoming-datagram-stream>, own<outgoing-datagram-stream>>, error-code> */
typedef struct streams_result {
    uint8_t tag;
    union {
        struct {
            datagram_stream *incoming, *outgoing;
        };
        uint8_t error;
    };
} streams_result;

static datagram_stream *new_stream(channel *channel)
{
    datagram_stream *stream = p2_new(sizeof *stream);
    *stream = (datagram_stream){retain(channel), channel->pair, 0};
    return stream;
}

static net_error set_peer(channel *channel, const net_address *peer)
{
    net_error error = NET_FINE;
    if (channel->peer.family) error = net_error_of(net_disconnect(channel->file->fd));
    if (error == NET_FINE) channel->peer = (net_address){.family = 0};
    if (error != NET_FINE || !peer) return error;
    error = net_error_of(net_connect(channel->file->fd, peer));
    if (error == NET_FINE) channel->peer = *peer;
    return error == NET_ADDRESS_NOT_BINDABLE ? NET_ADDRESS_IN_USE : error;
}

UDP("stream") streams_result *p2_udp_stream(udp_socket *self, uint32_t is_some, NET_FLAT_ADDRESS)
{
    streams_result *result = p2_allocate(sizeof *result);
    const net_address peer = net_address_of_flat(tag, NET_FLAT_NUMBERS);
    net_error error = self->state == BOUND ? set_peer(self->channel, is_some ? &peer : NULL) : NET_INVALID_STATE;
    *result = (streams_result){.tag = P2_ERROR, .error = (uint8_t)error};
    if (error != NET_FINE) return result;
    self->channel->pair++;
    datagram_stream *incoming = new_stream(self->channel), *outgoing = new_stream(self->channel);
    *result = (streams_result){.tag = P2_OK, .incoming = incoming, .outgoing = outgoing};
    return result;
}

UDP("subscribe") p2_pollable *p2_udp_subscribe(udp_socket *self)
{
    return p2_new_pollable(P2_WRITABLE, self->channel->file, 0);
}

static p2_pollable *subscribe(const datagram_stream *stream, p2_event event)
{
    const bool is_latest = stream->pair == stream->channel->pair;
    return p2_new_pollable(is_latest ? event : P2_ALWAYS, stream->channel->file, 0);
}

INCOMING("subscribe") p2_pollable *p2_incoming_subscribe(datagram_stream *self) { return subscribe(self, P2_READABLE); }
OUTGOING("subscribe") p2_pollable *p2_outgoing_subscribe(datagram_stream *self) { return subscribe(self, P2_WRITABLE); }

/* ---- Receiving ---- */

/* record incoming-datagram */
typedef struct incoming {
    p2_list data;
    net_socket_address from;
} incoming;
_Static_assert(sizeof(incoming) == 40, "layout of incoming-datagram");

/* result<list<incoming-datagram>, error-code> */
typedef struct receive_result {
    uint8_t tag;
    union {
        p2_list ok;
        uint8_t error;
    };
} receive_result;

INCOMING("receive") receive_result *p2_receive(datagram_stream *self, uint64_t most)
{
    receive_result *result = p2_allocate(sizeof *result);
    if (most > MOST_RECEIVED) most = MOST_RECEIVED;
    incoming *list = p2_allocate(MOST_RECEIVED * sizeof *list);
    uint8_t *buffer = p2_allocate(MOST_BYTES);
    uint32_t count = 0;
    net_error error = self->pair == self->channel->pair ? NET_FINE : NET_INVALID_STATE;
    while (count < most && error == NET_FINE) {
        net_address from;
        uint32_t bytes;
        error = net_error_of(net_receive_from(self->channel->file->fd, buffer, MOST_BYTES, &bytes, &from));
        if (error != NET_FINE) break;
        uint8_t *data = p2_allocate(bytes);
        __builtin_memcpy(data, buffer, bytes);
        list[count++] = (incoming){{data, bytes}, net_socket_address_of(&from)};
    }
    *result = (receive_result){.tag = P2_OK, .ok = {list, count}};
    if (!count && error != NET_FINE && error != NET_WOULD_BLOCK)
        *result = (receive_result){.tag = P2_ERROR, .error = (uint8_t)error};
    return result;
}

/* ---- Sending ---- */

/* record outgoing-datagram */
typedef struct outgoing {
    p2_list data;
    uint8_t is_addressed;
    net_socket_address to;
} outgoing;
_Static_assert(sizeof(outgoing) == 44, "layout of outgoing-datagram");

OUTGOING("check-send") net_number_result *p2_check_send(datagram_stream *self)
{
    if (self->pair != self->channel->pair) return net_number(NET_INVALID_STATE, 0);
    const bool is_ready = p2_is_ready(P2_WRITABLE, self->channel->file);
    self->permitted = is_ready ? PERMITTED : 0;
    return net_number(NET_FINE, self->permitted);
}

static net_error send_one(const channel *channel, const outgoing *datagram)
{
    const net_address to = net_address_of(&datagram->to);
    const bool is_connected = channel->peer.family != 0;
    uint32_t sent;
    if (!datagram->is_addressed && !is_connected) return NET_INVALID_ARGUMENT;
    if (datagram->is_addressed && is_connected && !net_same_address(&to, &channel->peer)) return NET_INVALID_ARGUMENT;
    return net_error_of(net_send_to(channel->file->fd, datagram->data.at, datagram->data.count,
                                    is_connected ? NULL : &to, &sent));
}

OUTGOING("send") net_number_result *p2_send(datagram_stream *self, const outgoing *list, uint32_t count)
{
    if (self->pair != self->channel->pair) return net_number(NET_INVALID_STATE, 0);
    if (count > self->permitted) p2_trap();
    self->permitted = 0;
    for (uint32_t i = 0; i < count; i++) {
        net_error error = send_one(self->channel, &list[i]);
        if (error == NET_FINE) continue;
        return i || error == NET_WOULD_BLOCK ? net_number(NET_FINE, i) : net_number(error, 0);
    }
    return net_number(NET_FINE, count);
}

/* ---- Options ---- */

UDP("unicast-hop-limit") net_byte_result *p2_udp_get_hop_limit(udp_socket *self)
{
    return net_get_byte(self->channel->file->fd, NET_HOP_LIMIT);
}
UDP("set-unicast-hop-limit") net_unit_result *p2_udp_set_hop_limit(udp_socket *self, uint32_t value)
{
    return net_set(self->channel->file->fd, NET_HOP_LIMIT, value);
}
UDP("receive-buffer-size") net_number_result *p2_udp_get_receive_buffer(udp_socket *self)
{
    return net_get_number(self->channel->file->fd, NET_RECEIVE_BUFFER);
}
UDP("set-receive-buffer-size") net_unit_result *p2_udp_set_receive_buffer(udp_socket *self, uint64_t value)
{
    return net_set(self->channel->file->fd, NET_RECEIVE_BUFFER, value);
}
UDP("send-buffer-size") net_number_result *p2_udp_get_send_buffer(udp_socket *self)
{
    return net_get_number(self->channel->file->fd, NET_SEND_BUFFER);
}
UDP("set-send-buffer-size") net_unit_result *p2_udp_set_send_buffer(udp_socket *self, uint64_t value)
{
    return net_set(self->channel->file->fd, NET_SEND_BUFFER, value);
}
