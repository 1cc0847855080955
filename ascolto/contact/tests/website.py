"""A page of the company, on another origin than ours and with a strict policy of its own, for browser tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Any

from ascolto.testing.networks import LocalServer
from ascolto.testing.product import Product


@dataclass
class Website:
    """A page of the company: its own origin, its own strict policy, our script."""

    product: Product
    script: str
    attributes: str = ""
    language: str = "en"
    url: str = ""

    def page(self) -> bytes:
        return (
            f"<!doctype html><html lang={self.language}><head><meta charset=utf-8><meta name=viewport content='width=device-width'>"
            f"<title>Telvia</title></head><body><main><h1>Telvia</h1><a href=#x>A link of the page</a></main>"
            f"<script src='{self.product.base_url}/{self.script}' async {self.attributes}></script></body></html>"
        ).encode()

    def policy(self) -> str:
        care = self.product.base_url
        return (
            f"default-src 'none'; script-src {care}; connect-src {care}; frame-src {care}; style-src 'none'; img-src 'none';"
            " require-trusted-types-for 'script'"
        )

    @contextmanager
    def online(self) -> Iterator[Website]:
        """Serve the page."""
        site = self

        class Pages(BaseHTTPRequestHandler):
            def log_message(self, format: str, *args: Any) -> None:
                """Silent."""

            def do_GET(self) -> None:
                body = site.page()
                self.send_response(200)
                self.send_header("content-type", "text/html")
                self.send_header("content-security-policy", site.policy())
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        with LocalServer(Pages) as server:
            self.url = server.url
            yield self
