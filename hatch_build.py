"""What the wheel holds beside the source: the bundled books, compiled, so that a first price needs
neither a parser nor a cache. An editable installation has none of it: its text may be newer.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompiledBooks(BuildHookInterface):
    """Compiles the bundled books with the code that is built."""

    _folder: TemporaryDirectory[str] | None = None

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Adds the compiled books to a wheel."""
        if self.target_name != "wheel" or version == "editable":
            return
        os.environ["PRICELANG_CACHE"] = ""
        sys.path.insert(0, self.root)
        from pricelang.compile.shipping import files_to_ship
        from pricelang.files.shipped import FOLDER

        self._folder = TemporaryDirectory(prefix="pricelang-")
        for name, text in files_to_ship():
            path = Path(self._folder.name) / name
            path.write_text(text, encoding="ascii", newline="\n")
            build_data["force_include"][str(path)] = f"pricelang/{FOLDER}/{name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Removes what was written to be added."""
        if self._folder is not None:
            self._folder.cleanup()
