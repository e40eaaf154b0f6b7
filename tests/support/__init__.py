"""What the integration tests stand on: real gatewayd processes, real origins, raw clients."""

from .case import UUID_V7, GatewayTest
from .client import Answer, Client
from .config import fill, gateway, table
from .origin import Origin, Peer, Request, answers, answers_chunked, echo
from .process import Gatewayd, eventually, gatewayctl, gatewayctl_json, is_sanitized, run_gatewayd
from .wire import PATIENCE, Closed, Fields, Stream, WireError, chunked
