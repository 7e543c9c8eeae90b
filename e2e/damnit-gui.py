"""Opens a folder in the official desktop program, without a screen, and says what its table shows, as JSON.

Usage: damnit-gui.py FOLDER PICTURE
"""

import gc
import json
import sys
import time
from pathlib import Path
from unittest.mock import MagicMock

import kafka.errors

# It wants kafka-python 2 for this name; without a broker nothing of it is used.
if not hasattr(kafka.errors, "NoBrokersAvailable"):
    kafka.errors.NoBrokersAvailable = kafka.errors.KafkaError
# The browser inside Qt, 260 MB, shows Plotly figures in windows of their own, which are not looked at here.
for name in ("PyQt6.QtWebEngineCore", "PyQt6.QtWebEngineWidgets"):
    sys.modules.setdefault(name, MagicMock())

from PyQt6 import QtCore, QtWidgets  # noqa: E402

boxes = []
for name in ("warning", "critical", "information", "question"):
    setattr(QtWidgets.QMessageBox, name, staticmethod(lambda *args, **_: boxes.append(str(args[2:4]))))
QtWidgets.QMessageBox.exec = lambda box: boxes.append(box.text())

from damnit.gui.main_window import MainWindow  # noqa: E402

HORIZONTAL = QtCore.Qt.Orientation.Horizontal
ROLES = {"shown": "DisplayRole", "value": "UserRole", "tooltip": "ToolTipRole"}


def plain(value):
    """What JSON can say; of anything else (pictures, marks) only that it is there."""
    if value is None or isinstance(value, str | bool | int | float):
        return value
    return f"<{type(value).__name__}>"


def own_texts(index):
    """Texts under roles of its own, among them the units."""
    texts = [index.data(QtCore.Qt.ItemDataRole.UserRole + number) for number in range(1, 20)]
    return [text for text in texts if isinstance(text, str)]


def cell(index):
    said = {name: plain(index.data(getattr(QtCore.Qt.ItemDataRole, role))) for name, role in ROLES.items()}
    font = index.data(QtCore.Qt.ItemDataRole.FontRole)
    colour = index.data(QtCore.Qt.ItemDataRole.BackgroundRole)
    brush = colour.color() if hasattr(colour, "color") else colour
    return {
        **said,
        "tooltip": None if said["tooltip"] is None else said["tooltip"][:300],  # pictures are in it, too
        "texts": own_texts(index),
        "picture": index.data(QtCore.Qt.ItemDataRole.DecorationRole) is not None,
        "bold": bool(font is not None and font.bold()),
        "background": None if brush is None else list(brush.getRgb()[:3]),
        "editable": bool(index.flags() & QtCore.Qt.ItemFlag.ItemIsEditable),
    }


def rows(model):
    titles = [model.headerData(column, HORIZONTAL) for column in range(model.columnCount())]
    for row in range(model.rowCount()):
        yield {title: cell(model.index(row, column)) for column, title in enumerate(titles)}


folder, picture = sys.argv[1:]
app = QtWidgets.QApplication(sys.argv[:1])
window = MainWindow(Path(folder), background_activity=False)
window.resize(1600, 400)
window.show()
deadline = time.monotonic() + 20
table = next(view for view in window.findChildren(QtWidgets.QTableView) if view.model() is not None)
while table.model().rowCount() == 0 and time.monotonic() < deadline:
    app.processEvents()
app.processEvents()
window.grab().save(picture)
print(json.dumps({"boxes": boxes, "rows": list(rows(table.model()))}))
sys.stdout.flush()
window.close()
# It looks at the context beside; ended before that, it would abort.
for thread in [thing for thing in gc.get_objects() if isinstance(thing, QtCore.QThread)]:
    while thread.isRunning() and time.monotonic() < deadline + 20:
        app.processEvents()
