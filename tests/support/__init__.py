"""What the integration tests stand on: real gatewayd processes, real origins, raw clients."""

from .case import UUID_V7, GatewayTest
from .certificates import Authority
from .client import Answer, Client
from .collector import Collector
from .config import fill, gateway, table
from .fault_proxy import HALF_OPEN, NONE, Fault, FaultProxy
from .h2 import H2Answer, H2Client
from .instances import Instance
from .name_server import NameServer
from .netns import Cable, Island
from .origin import Origin, Peer, Request, answers, answers_chunked, echo
from .load_run import Load, LoadOrigin
from .process import (Gatewayd, binary, eventually, gatewayctl, gatewayctl_json, is_sanitized,
                      run_gatewayd)
from .scrape import ask_socket, samples
from .stopwatch import Stopwatch, within_a_minute
from .tls import Console, TlsClient, records, s_client, trusting
from .traffic import Traffic
from .wire import PATIENCE, Closed, Fields, Stream, WireError, chunked
