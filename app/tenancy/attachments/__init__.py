"""Files that residents and staff send: checked, counted against quotas, kept by content. Whose case they belong to is

noted here as an id only. Other rooms use `from app.tenancy import attachments`.
"""

from app.tenancy.attachments.commands import AcceptAttachment, ReleaseAttachments
from app.tenancy.attachments.file_names import content_disposition
from app.tenancy.attachments.handlers import accept, bind, receive
from app.tenancy.attachments.limits import MAX_BYTES, refuse_early
from app.tenancy.attachments.model import Attachment
from app.tenancy.attachments.queries import download_headers, get, of_case, open_content

__all__ = [
    "MAX_BYTES", "AcceptAttachment", "Attachment", "ReleaseAttachments", "accept", "bind", "content_disposition",
    "download_headers", "get", "of_case", "open_content", "receive", "refuse_early",
]
