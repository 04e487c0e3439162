"""Files that residents and staff send: checked, counted against quotas, kept by content. Whose case they belong to is

noted here as an id only. Other rooms use `from app.tenancy import attachments`.
"""

from app.tenancy.attachments.commands import AcceptAttachment, ReleaseAttachments, RetryScans
from app.tenancy.attachments.file_names import content_disposition
from app.tenancy.attachments.handlers import accept, bind, receive
from app.tenancy.attachments.limits import MAX_BYTES, refuse_early
from app.tenancy.attachments.model import WAITING, Attachment
from app.tenancy.attachments.queries import download_headers, get, of_case, open_content, shown_scan
from app.tenancy.attachments.scanner import configure, has_scanner
from app.tenancy.attachments.scanning import Waiting, look_again, waiting

__all__ = [
    "MAX_BYTES", "WAITING", "AcceptAttachment", "Attachment", "ReleaseAttachments", "RetryScans", "Waiting", "accept",
    "bind", "configure", "content_disposition", "download_headers", "get", "has_scanner", "look_again", "of_case",
    "open_content", "receive", "refuse_early", "shown_scan", "waiting",
]
