"""The parts of CBOR (RFC 8949) needed to route a request without decoding the vectors it carries."""

NONE = b"\xc6\xf6"


class Malformed(ValueError):
    """The bytes are not the CBOR that was expected."""


def head(data, at):
    """The major type and argument of the item at `at`, and where its content starts; -1 for indefinite lengths."""
    try:
        first = data[at]
        major, info = first >> 5, first & 31
        if info < 24:
            return major, info, at + 1
        if info == 31:
            return major, -1, at + 1
        size = {24: 1, 25: 2, 26: 4, 27: 8}[info]
        if at + 1 + size > len(data):
            raise Malformed("truncated")
        return major, int.from_bytes(data[at + 1 : at + 1 + size], "big"), at + 1 + size
    except (IndexError, KeyError):
        raise Malformed("truncated or reserved") from None


def skip(data, at):
    """Where the item at `at` ends."""
    open_items = [1]
    while open_items:
        if open_items[-1] == 0:
            open_items.pop()
            continue
        if open_items[-1] < 0 and data[at : at + 1] == b"\xff":
            at += 1
            open_items.pop()
            continue
        if open_items[-1] > 0:
            open_items[-1] -= 1
        major, argument, at = head(data, at)
        if major in (2, 3):
            if argument < 0:
                open_items.append(-1)
            else:
                at += argument
        elif major in (4, 5):
            open_items.append(argument * (2 if major == 5 and argument > 0 else 1))
        elif major == 6:
            open_items.append(1)
        if at > len(data) or len(open_items) > 128:
            raise Malformed("truncated or too deep")
    return at


def text(data, at):
    """The text string at `at`."""
    major, length, start = head(data, at)
    if major != 3 or length < 0 or start + length > len(data):
        raise Malformed("a text string is expected")
    return data[start : start + length].decode("utf-8", "replace")


def items(data, expected, at=0):
    """The spans of the members of the array or map (keys and values alternating) at `at`, which reaches to the end of
    `data`: so does its last member, which is not walked through, since it may hold thousands of floats."""
    major, count, at = head(data, at)
    if major != expected:
        raise Malformed("an array or a map is expected")
    left = count * (2 if major == 5 and count > 0 else 1)
    spans = []
    while left != 0:
        if left < 0 and data[at : at + 1] == b"\xff":
            break
        end = len(data) if left == 1 else skip(data, at)
        spans.append((at, end))
        at = end
        left -= 1 if left > 0 else 0
    return spans


def fields(data):
    """The raw values of a map with text keys."""
    spans = items(data, 5)
    return {text(data, key[0]): data[value[0] : value[1]] for key, value in zip(spans[::2], spans[1::2])}


def elements(data):
    """The raw elements of an array."""
    return [data[start:end] for start, end in items(data, 4)]


def header(major, argument):
    """The head of an item."""
    if argument < 24:
        return bytes([major << 5 | argument])
    for info, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if argument < 1 << 8 * size:
            return bytes([major << 5 | info]) + argument.to_bytes(size, "big")
    raise Malformed("too large")


def string(value):
    """A text string."""
    encoded = value.encode()
    return header(3, len(encoded)) + encoded


def optional(value):
    """A text string, or NONE."""
    return NONE if value is None else string(value)


def array(raw_items):
    """An array of items already encoded."""
    return header(4, len(raw_items)) + b"".join(raw_items)


def mapping(raw_pairs):
    """A map of text keys to items already encoded."""
    return header(5, len(raw_pairs)) + b"".join(string(key) + value for key, value in raw_pairs)


class Request:
    """An RPC request: id and params stay encoded."""

    def __init__(self, data):
        found = fields(data)
        self.id = found.get("id")
        self.method = text(found["method"], 0).lower() if "method" in found else ""
        params = found.get("params", b"\x80")
        if params in (NONE, b"\xf6"):
            params = b"\x80"
        self.params = elements(params)

    def statement(self):
        """The SurrealQL of a query."""
        return text(self.params[0], 0) if self.params else ""

    def encoded(self, variables=None):
        """The request for the engine, the connection's variables merged into the query's own."""
        params = list(self.params)
        if variables and self.method == "query":
            own = params[1] if len(params) > 1 and params[1] not in (NONE, b"\xf6") else b"\xa0"
            params[1:2] = [mapping({**fields(own), **variables}.items())]
        return mapping([("id", b"\x01"), ("method", string(self.method)), ("params", array(params))])


def success(raw_result, request_id=None):
    """An answer with a result."""
    pairs = [("id", request_id)] if request_id is not None else []
    return mapping(pairs + [("result", raw_result)])


def failure(message, request_id=None):
    """An answer with an error."""
    error = mapping([("code", header(1, 31999)), ("message", string(message))])
    pairs = [("id", request_id)] if request_id is not None else []
    return mapping(pairs + [("error", error)])
