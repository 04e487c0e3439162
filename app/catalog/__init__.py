"""The catalog: immutable, versioned definitions of every kind, checked, published and found. It understands none."""

from app.catalog.checking import Draft
from app.catalog.errors import WentOtherwise
from app.catalog.folders import (
    BASE,
    Drift,
    FolderReport,
    check,
    drift,
    export,
    fingerprint,
    offices_of,
    publish_folder,
    scan,
    waiting,
)
from app.catalog.in_force import (
    GENERATION,
    Published,
    all_live,
    compiled,
    compiled_by_hash,
    forget,
    generation,
    keep_generation,
    live,
    surroundings,
)
from app.catalog.publishing import lock, publish, publish_all, withdraw
from app.catalog.registry import KEY, Kind, Lookup, kind_named, kinds, register_kind, register_trial
from app.catalog.yaml_source import MAX_BYTES as YAML_BYTES
from app.catalog.yaml_source import YamlBlock, read_yaml

__all__ = [
    "BASE", "GENERATION", "KEY", "YAML_BYTES", "Draft", "Drift", "FolderReport", "Kind", "Lookup", "Published",
    "WentOtherwise",
    "YamlBlock", "all_live", "check", "compiled", "compiled_by_hash", "drift", "export", "fingerprint", "forget",
    "generation", "keep_generation", "kind_named", "kinds", "live", "lock", "offices_of", "publish", "publish_all",
    "publish_folder", "read_yaml", "register_kind", "scan", "surroundings", "waiting", "withdraw", "register_trial",
]
