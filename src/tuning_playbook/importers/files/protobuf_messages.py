"""Messages of other tools' log files, declared by the few fields that are read.

The tools' own packages were refused: TensorBoard's reader checks sums in pure Python (a minute for
two million points), W&B's has been removed from its package, and both weigh tens of megabytes. The
field numbers are part of their file formats, so they do not change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from tuning_playbook.errors import InvalidInput

Schema: TypeAlias = Mapping[str, Mapping[str, tuple[int, str]]]

_PLAIN = {"double": 1, "float": 2, "int64": 3, "int32": 5, "bool": 8, "string": 9, "bytes": 12}
_MESSAGE, _OPTIONAL, _REPEATED = 11, 1, 3


@dataclass(frozen=True, slots=True)
class Messages:
    """What reads the messages of one schema.

    Args:
        classes: message -> its class; ``FromString`` reads one.
        Damaged: error that is raised for bytes that are no such message.
    """

    classes: Mapping[str, Any]
    Damaged: type[Exception]


def declared_messages(package: str, schema: Schema, *, extra: str) -> Messages:
    """A class for each message of a schema.

    Fields that the schema does not name are skipped when a message is read.

    Args:
        package: a name for the schema.
        schema: message -> field -> (number, type); the type is a plain one or a message of the
            schema, followed by ``*`` where the field is repeated, and by ``?`` where a value of 0
            differs from none.
        extra: of this package, that installs what is needed.

    Raises:
        InvalidInput: where protobuf is not installed.
    """
    try:
        from google.protobuf import descriptor_pb2, descriptor_pool, message, message_factory
    except ImportError as error:
        raise InvalidInput(
            f"these log files are read with the package protobuf, which is not installed; type: "
            f"python -m pip install 'tuning-playbook[{extra}]'"
        ) from error
    file = _described(descriptor_pb2.FileDescriptorProto, package, schema)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    classes = {
        title: message_factory.GetMessageClass(
            pool.FindMessageTypeByName(f"{file.package}.{title}")
        )
        for title in schema
    }
    return Messages(classes, message.DecodeError)


def _described(file_class: Any, package: str, schema: Schema) -> Any:
    """The schema as protobuf describes files of messages."""
    file = file_class(name=f"tuning_playbook/{package}.proto", package=f"tuning_playbook.{package}")
    file.syntax = "proto3"  # refuses text that is not UTF-8, which proto2 hands on as bytes
    for title, fields in schema.items():
        declared = file.message_type.add(name=title)
        for name, (number, kind) in fields.items():
            plain = kind.rstrip("*?")
            field = declared.field.add(
                name=name, number=number, label=_REPEATED if kind.endswith("*") else _OPTIONAL
            )
            if kind.endswith("?"):  # members of a "oneof" know whether they were written
                if not declared.oneof_decl:
                    declared.oneof_decl.add(name="written")
                field.oneof_index = 0
            if plain in _PLAIN:
                field.type = _PLAIN[plain]
            else:
                field.type, field.type_name = _MESSAGE, f".{file.package}.{plain}"
    return file
