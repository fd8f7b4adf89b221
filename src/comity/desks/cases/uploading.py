"""Take a file in: it is sealed while it arrives, so that no plain byte of it touches the disk."""

from typing import TYPE_CHECKING, Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload

from comity.desks.cases.forms.subject import composed
from comity.messages import Attachment
from comity.node.exchange.attachments import OversizedError, Sealing

MAX_TITLE: Final = 255


if TYPE_CHECKING:
    _Uploaded = UploadedFile[Any]
else:  # generic for the type checker alone
    _Uploaded = UploadedFile


class SealedFile(_Uploaded):
    """A file that was uploaded, as the item that a message carries."""

    def __init__(self, item: Attachment) -> None:
        super().__init__(file=None, name=item.title, content_type=item.media_type, size=item.size)
        self.item = item

    def close(self) -> None:
        """Do nothing: the file lies sealed on the disk."""


class SealingHandler(FileUploadHandler):
    """Seals each file of a form as it is read; `fault` says why one was not taken.

    It must stand alone in `request.upload_handlers`: Django's own would write a large file in plain.
    """

    chunk_size = 256 * 1024

    def __init__(self) -> None:
        super().__init__()
        self.fault: Exception | None = None
        self._sealing: Sealing | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's signature
        """Begin a file."""
        super().new_file(*args, **kwargs)
        self._sealing = Sealing(title_of(self.file_name or ""), self.content_type or "application/octet-stream")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:  # noqa: ARG002 - Django's signature
        """Seal the next bytes.

        Raises:
            StopUpload: it is too large, or the disk is full; the rest is not read.
        """
        if self._sealing is None:
            return
        try:
            self._sealing.write(raw_data)
        except (OversizedError, OSError) as error:
            self.fault = error
            raise StopUpload(connection_reset=False) from error

    def file_complete(self, file_size: int) -> "SealedFile | None":  # noqa: ARG002 - Django's signature
        """Return the sealed file."""
        if self._sealing is None:
            return None
        try:
            return SealedFile(self._sealing.finish())
        except OSError as error:
            self.fault = error
            raise StopUpload(connection_reset=False) from error


def title_of(name: str) -> str:
    """Return a file's name as a message carries it: in composed form, without folders and signs that cannot be seen."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return composed("".join(sign for sign in last if sign.isprintable()))[:MAX_TITLE] or "file"
