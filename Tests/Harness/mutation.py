"""Hostile answers: what a broken or malicious server may send, made from right ones by a seed."""

import json
import random

from surrealdb import cbor

NUMBERS = [
    0, -1, 1, 2**31, 2**32, 2**53, 2**63 - 1, 2**63, 2**64 - 1, -(2**63), 1e308, -1e308, 3e38, 1e-320, 0.5,
]
TEXTS = ["", "\0", "9" * 400, "1e999", "999999h", "\ud7ff\U0010ffff", "a" + "\u0301" * 5000, "null", "../..", "x" * 70_000]


class Mutator:
    def __init__(self, seed, share):
        """`share` of the answers are mutated."""
        self.random = random.Random(seed)
        self.share = share
        self.count = 0

    def _chosen(self):
        if self.random.random() >= self.share:
            return False
        self.count += 1
        return True

    def value(self):
        """Something that nobody expects."""
        kind = self.random.randrange(7)
        if kind == 0:
            return self.random.choice(NUMBERS)
        if kind == 1:
            return self.random.choice(TEXTS)
        if kind == 2:
            return self.random.choice([None, True, False])
        if kind == 3:
            return self.random.choice([[], {}, [[]], {"": {}}, [None] * 50, {str(i): i for i in range(50)}])
        if kind == 4:
            deep = 1
            for _ in range(self.random.choice([10, 63, 64, 65, 120])):
                deep = [deep] if self.random.random() < 0.5 else {"a": deep}
            return deep
        return self.random.choice(NUMBERS)

    def tree(self, root):
        """The same with one node changed, left out, or doubled."""
        places = []

        def visit(node, steps):
            if steps > 40:
                return
            if isinstance(node, dict):
                places.extend((node, key) for key in node)
                for child in node.values():
                    visit(child, steps + 1)
            elif isinstance(node, list):
                places.extend((node, index) for index in range(min(len(node), 5)))
                for child in node[:5]:
                    visit(child, steps + 1)
            elif isinstance(node, cbor.CBORTag):
                visit(node.value, steps + 1)

        visit(root, 0)
        if not places:
            return self.value()
        holder, key = self.random.choice(places)
        act = self.random.randrange(6)
        if act == 0:
            del holder[key]
        elif act == 1 and isinstance(holder, list):
            holder.insert(key, holder[key])
        elif act == 2 and isinstance(holder[key], cbor.CBORTag):
            holder[key] = cbor.CBORTag(holder[key].tag, self.value())
        else:
            holder[key] = self.value()
        return root

    def bytes(self, data):
        """The same bytes, some of them changed, gone or new."""
        data = bytearray(data)
        for _ in range(self.random.randrange(1, 4)):
            place = self.random.randrange(len(data)) if data else 0
            act = self.random.randrange(4)
            if act == 0:
                del data[place:]
            elif act == 1:
                data[place:place] = self.random.randbytes(self.random.randrange(1, 9))
            elif data:
                data[place] = self.random.randrange(256)
        return bytes(data)

    def json_answer(self, status, headers, body):
        """For `Upstream.mutate`."""
        if not self._chosen():
            return status, headers, body
        act = self.random.randrange(10)
        if act == 0:
            return self.random.choice([200, 201, 204, 400, 401, 404, 413, 422, 429, 500, 503, 599]), headers, body
        if act == 1:
            name = self.random.choice(["Retry-After", "x-ratelimit-reset-requests", "x-ratelimit-limit-tokens",
                                       "x-ratelimit-remaining-requests", "x-ratelimit-reset-tokens"])
            wild = self.random.choice(["999999h", "-1", "1e999", "9" * 40, "", "0.0000001s", str(2**63)])
            return self.random.choice([200, 429, 503]), {**headers, name: wild}, body
        if act == 2:
            return status, headers, self.bytes(body)
        return status, headers, json.dumps(self.tree(json.loads(body))).encode()

    def cbor_answer(self, body):
        """For `DatabaseProxy.mutate`."""
        if not self._chosen():
            return body
        if self.random.random() < 0.3:
            return self.bytes(body)
        try:
            return cbor.dumps(self.tree(cbor.loads(body)))
        except (cbor.CBORError, ValueError, TypeError, OverflowError, RecursionError):
            return self.bytes(body)
