"""Handler of the office's own page: names, language and settings, checked against what is known."""

from __future__ import annotations

from app import catalog
from app.auth import policy
from app.kernel.bus import handles
from app.kernel.errors import FieldErrors, Invalid, msg
from app.kernel.unit_of_work import UnitOfWork
from app.tenancy import settings, versions, watching
from app.tenancy.commands import SaveOffice
from app.tenancy.documents import document
from app.tenancy.events import TenantSettingsChanged
from app.tenancy.model import Tenant

LOCALES = ("zh", "en")
KIND, KEY = "settings", "office"


@handles(SaveOffice)
def save_office(command: SaveOffice, uow: UnitOfWork) -> None:
    """What nobody knows is refused; what other rooms put into the document stays."""
    policy.require(uow.actor, "settings.manage")
    versions.claim(uow, KIND, KEY, command.begun_from)
    tenant = uow.session.get_one(Tenant, uow.tenant_id)
    before, faults = document(tenant), _faults(command, uow)
    values = settings.merged(tenant.settings or {}, command.values, faults)
    if faults:
        raise Invalid(msg("Please check the marked fields."), fields=faults)
    tenant.name_zh, tenant.name_en = command.name_zh.strip(), command.name_en.strip() or command.name_zh.strip()
    tenant.locale, tenant.settings = command.locale, values
    after = document(tenant)
    versions.keep(uow, KIND, KEY, before, after, command.reason)
    names = sorted(name for name in after if after[name] != before[name])
    uow.session.flush()
    watching.tell(uow, names)
    uow.record(TenantSettingsChanged(names=",".join(names)[:200]))


def _faults(command: SaveOffice, uow: UnitOfWork) -> FieldErrors:
    faults: FieldErrors = {}
    unknown = set(command.values) - {one.name for one in settings.REGISTRY}
    if unknown:
        raise Invalid(msg("The form has fields that are not known here: %(names)s"),
                      names=", ".join(sorted(unknown))[:200])
    for name, text in (("name_zh", command.name_zh), ("name_en", command.name_en or command.name_zh)):
        if not 0 < len(text.strip()) <= 120:
            faults[name] = [(msg("Please write 1 to %(limit)s characters."), {"limit": 120})]
    if command.locale not in LOCALES:
        faults["locale"] = [(msg("Please choose from the list."), {})]
    process = command.values.get("case_process", "").strip()
    if process and catalog.live(uow.session, uow.tenant_id, "process", process) is None:
        faults["case_process"] = [(msg("There is no process with this key."), {})]
    return faults
