"""Finds a marked address in bytes, in the disguises that software gives to text.

An address is invented with `MARK` inside its local part, so one search finds any of thousands. Only plain
transformations are undone here; encryption and keyed hashes are what the service is supposed to use.
"""

import base64

# Not a word, and long enough that base64 of it at any offset still has a middle of its own.
MARK = "kzq7vwjx3p"


def invent(number):
    return f"reader{MARK}{number}@private.example.org"


def base64_cores(text):
    """The characters that base64 of anything around the text must hold, one way for each offset."""
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + text)
        # A character at either edge also holds bits of what stands beside the text.
        core = encoded[-(-offset * 8 // 6) : (offset + len(text)) * 8 // 6]
        yield core
        yield core.translate(bytes.maketrans(b"+/", b"-_"))


def disguises():
    """Each way the mark may look: name to bytes. All but base64 are told in lower case."""
    mark = MARK.encode()
    found = {
        "plain": mark,
        "reversed": mark[::-1],
        "hex": mark.hex().encode(),
        "percent-encoded": b"".join(b"%%%02x" % byte for byte in mark),
        "quoted-printable": b"".join(b"=%02x" % byte for byte in mark),
        "escaped": b"".join(b"\\u%04x" % byte for byte in mark),
        "HTML entities": b"".join(b"&#%d;" % byte for byte in mark),
        "HTML hex entities": b"".join(b"&#x%x;" % byte for byte in mark),
        "UTF-16": "\0".join(MARK).encode(),
    }
    for case in (mark, mark.upper(), MARK.title().encode()):
        for number, core in enumerate(base64_cores(case)):
            found[f"base64 of {case.decode()}, {number}"] = core
    return found


def find(haystack):
    """The names of the disguises in which a marked address stands in the bytes; mail breaks long lines, so
    that the bytes are looked at with their line breaks and without."""
    unbroken = haystack.replace(b"=\r\n", b"").replace(b"\r\n", b"").replace(b"\n", b"")
    found = set()
    for bytes_now in (haystack, unbroken):
        lower = bytes_now.lower()
        found |= {name for name, look in disguises().items() if look in (bytes_now if "base64" in name else lower)}
    return sorted(found)


def prove():
    """A search that finds nothing proves something only if it can find: tries it on each disguise."""
    for number in (1, 22, 333):
        address = invent(number).encode()
        for before in (b"", b"a", b"ab", b"abc", b"<"):
            text = before + address + b" said"
            planted = [text, text.upper(), text[::-1], text.hex().encode(), base64.b64encode(text)]
            planted += [base64.urlsafe_b64encode(text.upper()), text.decode().encode("utf-16-le")]
            planted += [b"".join(b"%%%02X" % byte for byte in text)]
            for length in range(70, 80):
                broken = base64.b64encode(b"-" * length + text)
                planted.append(b"\r\n".join(broken[at : at + 76] for at in range(0, len(broken), 76)))
                planted.append((b"-" * length + text)[:76] + b"=\r\n" + (b"-" * length + text)[76:])
            for disguised in planted:
                if not find(b"x" * 7 + disguised + b"y" * 7):
                    raise SystemExit(f"the search would miss {disguised!r}")
    if find(b"reader@private.example.org j***@p***.org"):
        raise SystemExit("the search finds what is not there")
