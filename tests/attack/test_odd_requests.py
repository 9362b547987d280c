"""Requests that no client would send, over a socket: each gets a reply that says what is wrong, and none a 5xx.

Numbers out of bounds in bodies and models are in `test_properties_web.py` and `test_fuzzed_api.py`.
"""

import json
import socket
from contextlib import closing

import pytest
from attack_fixtures import Measured
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from web_fixtures import Serve

from web.http.server import Server

ASK = b'{"question": "When did the Zephyr bridge open?"}'
JSON = b"Content-Type: application/json\r\n"
WAIT_SECONDS = 3
"""For a reply where the request may not have ended; the server itself waits for a minute."""


@pytest.fixture
def server(app: Flask, serve: Serve) -> Server:
    return serve(app)


def sent(server: Server, raw: bytes) -> tuple[int, bytes, bytes]:
    """Status, head and body of the reply to `raw`; 0 where the server waits for more of it."""
    with closing(socket.create_connection((server.host, server.port), WAIT_SECONDS)) as sender:
        sender.sendall(raw)
        reply = b""
        try:
            while piece := sender.recv(65_536):
                reply += piece
        except TimeoutError:  # it waits for the rest of a body that was announced
            pass
    reply = reply.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")
    head, _, body = reply.partition(b"\r\n\r\n")
    return (int(head.split(b" ")[1]) if head else 0), head, body


def request(target: bytes, headers: bytes = b"", body: bytes = b"", method: bytes = b"GET") -> bytes:
    host = b"" if b"host:" in headers.lower() else b"Host: 127.0.0.1\r\n"
    length = b"Content-Length: %d\r\n" % len(body) if body else b""
    return b"%s %s HTTP/1.1\r\n%sConnection: close\r\n%s%s\r\n%s" % (method, target, host, headers, length, body)


def check(reply: tuple[int, bytes, bytes], raw: bytes) -> int:
    """Refused or answered, and where it is the API that refuses, in the one shape of its errors."""
    status, head, body = reply
    if status == 501:  # what RFC 9112, section 6.1, has a server say to a coding that it does not know
        assert b"Transfer-Encoding" in raw
    else:
        assert status < 500, (raw[:300], reply)
    if status >= 400 and b"application/json" in head.lower() and not raw.startswith(b"HEAD"):
        assert set(json.loads(body)) == {"error"}, (raw[:300], reply)
        assert len(body) < 2_000
    return status


TARGETS = [
    *(b"/api/articles/%00", b"/api/articles/%2e%2e", b"/api/articles/%2e%2e%2f%2e%2e%2fetc%2fpasswd", b"/api/%ff%fe"),
    *(
        b"/api/articles/..%5c..",
        b"/api/articles/" + b"a" * 100_000,
        b"/" + b"a/" * 5_000,
        b"//evil.example/",
        b"/\\evil",
    ),
    *(
        b"/static/../../web/app.py",
        b"/static/%2e%2e/%2e%2e/app.py",
        b"/static//etc/passwd",
        b"/static/%00",
        b"/static/",
    ),
    *(
        b"http://evil.example/api/health",
        b"*",
        b"/api/health#a",
        b"/api/health?",
        b"/?a",
        b"/%",
        b"/%zz",
        b"/api//health",
    ),
    *(
        b"/api/articles?q=%ff%fe",
        b"/api/articles?%ff=1",
        b"/api/articles?q=%00",
        b"/api/articles?q=%ed%a0%80",
        b"/strings/%00",
    ),
    *(
        b"/api/articles?limit=9" + b"9" * 5_000,
        b"/api/articles?limit=1e400",
        b"/api/articles?limit=-1",
        b"/strings/../x",
    ),
    *(
        b"/api/articles?limit=NaN",
        b"/api/articles?limit=0x10",
        b"/api/articles?limit=%D9%A3",
        b"/api/articles?limit=1_0",
    ),
    *(
        b"/api/articles?limit=true",
        b"/api/articles?limit=",
        b"/api/articles?limit=5&limit=6",
        b"/api/articles?limit[]=5",
    ),
    *(b"/api/articles?after=10000-01-01", b"/api/articles?after=0000-00-00", b"/api/articles?after=-1-1-1"),
    *(b"/api/articles?after=99999999999999999999", b"/api/articles?before=2024-02-30", b"/api/articles?cursor=%ff"),
    *(
        b"/api/articles?cursor=" + b"A" * 10_000,
        b"/api/articles?" + b"source=a&" * 2_000,
        b"/api/articles?" + b"&" * 30_000,
    ),
    *(b"/api/sessions?cursor=99999999999999999999999", b"/api/sessions?limit=0", b"/api/jobs?limit=51"),
    *(
        b"/api/articles?sort=%27%3B%20drop%20table%20articles",
        b"/api/articles?q=%27%20or%201%3D1%20--",
        b"/api/jobs/%0d%0aX: y",
    ),
    *(b"/api/suggestions?message_id=" + b"%F0%9F%98%80" * 200, b"/api/sessions/%F0%9F%98%80/export?format=exe"),
]
HEADERS = [
    *(b"Accept-Language: " + b"de;q=0.1," * 5_000, b"Accept-Language: de;q=NaN", b"Accept-Language: \xff\xfe;q=1e400"),
    *(
        b"Accept-Language: de;q=99999999999999999999",
        b"Accept-Language: *;q=-1",
        b"Accept-Language: ,,;;==",
        b"Accept: \xff",
    ),
    *(
        b"Authorization: Bearer \xff",
        b"Authorization: Basic !!!",
        b"Authorization: Bearer",
        b"Authorization: Digest a=b",
    ),
    *(
        b"Authorization: " + b"a" * 60_000,
        b"Authorization: Basic " + b"QUFB" * 10_000,
        b"Authorization: Bearer a\tb\x0bc",
    ),
    *(b"Cookie: \xff\xfe=\xfd", b"Cookie: " + b"a=b;" * 10_000, b"Cookie: assistant_language=" + b"\\377" * 100),
    *(b"Cookie: assistant_language=../../de", b'Cookie: =;=;;;"', b'Cookie: a="\\"', b"Cookie: session=eyJhIjoxfQ.x.y"),
    *(
        b"Host: evil.example",
        b"Host: ",
        b"Host: [::1",
        b"Host: 127.0.0.1:99999999",
        b"Host: 127.0.0.1\\@evil",
        b"Host: \xff",
    ),
    *(
        b"Host: 127.0.0.1, evil.example",
        b"Host: a@127.0.0.1",
        b"Host: 127.0.0.1#",
        b"Host: " + b"a." * 5_000,
        b"Host: xn--",
    ),
    *(
        b"Origin: null",
        b"Origin: \xff",
        b"Origin: http://[::1",
        b"Sec-Fetch-Site: \xff",
        b"Referer: \xff\xfe",
        b"Range: bytes=9-1",
    ),
    *(
        b"X-Forwarded-For: " + b"1," * 9_000,
        b"X-Forwarded-Host: evil",
        b'If-None-Match: "',
        b"If-Modified-Since: Thu, 99 Foo",
    ),
    *(
        b"If-Modified-Since: Mon, 01 Jan 99999999999 00:00:00 GMT",
        b"Range: bytes=0-,0-,0-," + b"0-," * 1_000,
        b"Expect: 100-continue",
    ),
    *(
        b"Transfer-Encoding: gzip",
        b"Transfer-Encoding: chunked, identity",
        b"Content-Length: -1",
        b"Content-Length: 1e3",
    ),
    *(
        b"Content-Length: 5\r\nContent-Length: 6",
        b"Content-Length: \xb2",
        b"A" * 9_000 + b": b",
        b": b",
        b"a b: c",
        b"\x00: b",
    ),
    *(
        b"Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings",
        b"User-Agent: " + b"\xf0\x9f\x98\x80" * 900,
        b"Date: \x7f",
    ),
]
TYPES = [
    *(
        b"application/json; charset=utf-16",
        b"application/json; charset=\xff",
        b"application/json; charset=rot13",
        b"a/b/c",
        b"",
    ),
    *(
        b"application/json; charset=zlib_codec",
        b"application/json;" + b"a=b;" * 9_000,
        b"text/html",
        b"*/*",
        b"\xff/\xfe",
    ),
    *(b"multipart/form-data", b"multipart/form-data; boundary=", b"multipart/form-data; boundary=" + b"b" * 9_000),
    *(
        b'multipart/form-data; boundary="\xff"',
        b"multipart/form-data; boundary=b; charset=utf-16",
        b"multipart/mixed; boundary=b",
    ),
    *(b"application/x-www-form-urlencoded", b"application/x-www-form-urlencoded; charset=idna", b"APPLICATION/JSON"),
]
FILE = b'Content-Disposition: form-data; name="file"; filename="a.txt"\r\n'
FORMS = [
    *(
        b"",
        b"--b",
        b"--b--",
        b"--b\r\n\r\n--b--",
        b"--b\r\n" + FILE + b"\r\nSo it is.",
        b"\r\n--b\r\n" + FILE + b"\r\n\r\n--b--\r\n",
    ),
    b"--b\r\n" + FILE.replace(b'name="file"; ', b"") + b"\r\nSo it is.\r\n--b--",
    b"--b\r\n" + FILE.replace(b'"file"', b'"\xff\xfe"') + b"\r\nSo it is.\r\n--b--",
    b"--b\r\n" + FILE.replace(b'filename="a.txt"', b"filename*=utf-8''%ff%00") + b"\r\nSo it is.\r\n--b--",
    b"--b\r\n" + FILE.replace(b'filename="a.txt"', b"filename*=rot13'x'a.txt") + b"\r\nSo it is.\r\n--b--",
    b"--b\r\n" + FILE.replace(b'filename="a.txt"', b'filename*0="a"; filename*1=".txt"') + b"\r\nSo it is.\r\n--b--",
    b"--b\r\n" + FILE.replace(b'filename="a.txt"', b'filename="' + b"a" * 60_000 + b'"') + b"\r\nSo it is.\r\n--b--",
    b"--b\r\n"
    + FILE
    + b"Content-Transfer-Encoding: base64\r\nContent-Type: text/plain; charset=rot13\r\n\r\n!!!\r\n--b--",
    b"--b\r\n"
    + FILE
    + b"Content-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n"
    + FILE
    + b"\r\nSo.\r\n--c--\r\n--b--",
    b"--b\r\n" + FILE + b"X: " + b"a" * 60_000 + b"\r\n\r\nSo it is.\r\n--b--",
    b"--b\r\n" + b"X: a\r\n" * 20_000 + FILE + b"\r\nSo it is.\r\n--b--",
    (b"--b\r\n" + FILE + b"\r\nSo.\r\n") * 8_000 + b"--b--",
    b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n' * 12_000 + b"--b--",
    b"--b\r\n" + FILE + b"\r\n" + b"\r\n--" * 100_000 + b"\r\n--b--",
]
BODIES = [
    *(
        b"{",
        b"[]",
        b"null",
        b"1",
        b'"a"',
        b"\xff",
        b"\xef\xbb\xbf" + ASK,
        ASK.decode().encode("utf-16"),
        b"[" * 100_000,
        b"{}" * 9,
    ),
    *(b'{"a":' * 100_000, b'{"question": "a", "question": "b"}', b'{"question": "a", "top_k": ' + b"9" * 5_000 + b"}"),
    *(
        b'{"question": "a", "top_k": %s}' % n
        for n in (b"1e400", b"NaN", b"-Infinity", b"true", b"-1", b"51", b"1.5", b'"5"')
    ),
    *(
        b'{"question": "a", "filters": {"after": %s}}' % n
        for n in (b"0", b'"10000-01-01"', b'"0000-01-01"', b"[]", b"1e400")
    ),
    *(
        b'{"question": %s}' % q
        for q in (b'"\\ud800"', b'"\\u0000"', b'"\\u202e"', b"[]", b"{}", b'"' + b"a" * 999_000 + b'"')
    ),
]


# of a form that ends in the middle of a file, werkzeug leaves that for Python to close
@pytest.mark.filterwarnings("ignore:Unclosed file <tempfile:ResourceWarning")
def test_odd_requests_are_refused_or_answered(server: Server, measured: Measured) -> None:
    tried = [
        *(request(target, method=method) for target in TARGETS for method in (b"GET", b"DELETE")),
        *(request(target, header + b"\r\n") for header in HEADERS for target in (b"/", b"/api/health")),
        *(request(b"/api/ask", header + b"\r\n" + JSON, ASK, b"POST") for header in HEADERS),
        *(request(b"/api/ask", b"Content-Type: " + kind + b"\r\n", ASK, b"POST") for kind in TYPES),
        *(request(b"/ask", b"Content-Type: " + kind + b"\r\n", b"question=a&a=%ff", b"POST") for kind in TYPES),
        *(request(b"/api/articles/preview", b"Content-Type: " + kind + b"\r\n", FORMS[4], b"POST") for kind in TYPES),
        *(
            request(b"/api/articles/preview", b"Content-Type: multipart/form-data; boundary=b\r\n", f, b"POST")
            for f in FORMS
        ),
        *(request(b"/api/ask", JSON, body, b"POST") for body in BODIES),
        *(
            request(b"/", method=method)
            for method in (b"TRACE", b"CONNECT", b"get", b"M" * 9_000, b"PROPFIND", b"\xff")
        ),
        *(
            b"\r\n\r\n",
            b"GET\r\n\r\n",
            b"GET / HTTP/9.9\r\n\r\n",
            b"\x16\x03\x01\x02\x00\x01",
            b"GET / HTTP/1.1\nHost: 127.0.0.1\n\n",
        ),
    ]
    statuses = [check(sent(server, raw), raw) for raw in tried]
    assert check(sent(server, request(b"/api/health")), b"") == 200
    refused, waiting = sum(status >= 400 for status in statuses), statuses.count(0)
    assert waiting < len(tried) / 20
    measured("odd requests", f"{len(tried)}: {refused} refused, {waiting} not yet whole, none a 5xx")


def test_a_form_whose_part_has_no_name_is_refused(server: Server) -> None:
    form = b'--b\r\nContent-Disposition: form-data; filename="a.txt"\r\n\r\nSo it is.\r\n--b--'
    raw = request(b"/api/articles", b"Content-Type: multipart/form-data; boundary=b\r\n", form, b"POST")
    assert check(sent(server, raw), raw) == 422


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_any_bytes_as_a_request_get_a_reply(server: Server, data: st.DataObject) -> None:
    piece = st.one_of(
        st.sampled_from(
            [b"GET ", b"POST ", b"/api/ask ", b"/?a=%ff ", b"HTTP/1.1", b"\r\n", b"\r\n\r\n", b"Host: 127.0.0.1\r\n"]
        ),
        st.sampled_from(
            [JSON, b"Content-Length: 49\r\n", b"Transfer-Encoding: chunked\r\n", b"5\r\nabcde\r\n0\r\n\r\n", ASK]
        ),
        st.binary(max_size=12),
    )
    raw = b"".join(data.draw(st.lists(piece, max_size=12)))
    with closing(socket.create_connection((server.host, server.port), 60)) as sender:
        sender.sendall(raw)
        sender.shutdown(socket.SHUT_WR)
        reply = b""
        while len(reply) < 100_000 and (got := sender.recv(65_536)):
            reply += got
    assert not reply.startswith((b"HTTP/1.1 500", b"HTTP/1.0 500", b"HTTP/1.1 503", b"HTTP/1.0 503")), raw
