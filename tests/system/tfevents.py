#!/usr/bin/env python3
"""tfevents.py RUN: the run's TensorBoard file says what its metrics.jsonl says, read with Google's protobuf and an
independent CRC-32C.  Prints the number of scalars."""
import json
import math
import struct
import sys
from pathlib import Path

import crc32c
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

# The fields of TensorFlow's event.proto and summary.proto that can be in the file.
FIELDS = {
    "Value": [("tag", 1, "STRING"), ("simple_value", 2, "FLOAT")],
    "Summary": [("value", 1, "Value")],
    "SessionLog": [("status", 1, "INT32")],
    "Event": [("wall_time", 1, "DOUBLE"), ("step", 2, "INT64"), ("file_version", 3, "STRING"),
              ("summary", 5, "Summary"), ("session_log", 7, "SessionLog")],
}


def event_class():
    file = descriptor_pb2.FileDescriptorProto(name="events.proto", package="t", syntax="proto3")
    for message, fields in FIELDS.items():
        described = file.message_type.add(name=message)
        for name, number, kind in fields:
            field = described.field.add(name=name, number=number)
            field.label = field.LABEL_REPEATED if name == "value" else field.LABEL_OPTIONAL
            if kind in FIELDS:
                field.type, field.type_name = field.TYPE_MESSAGE, f".t.{kind}"
            else:
                field.type = getattr(field, f"TYPE_{kind}")
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.MessageFactory(pool).GetPrototype(pool.FindMessageTypeByName("t.Event"))


def check(data, stored, what):
    crc = crc32c.crc32c(data)
    masked = ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF
    assert masked == struct.unpack("<I", stored)[0], f"checksum of {what}"


def records(content):
    at = 0
    while at < len(content):
        length = content[at:at + 8]
        check(length, content[at + 8:at + 12], f"the length at {at}")
        n = struct.unpack("<Q", length)[0]
        data = content[at + 12:at + 12 + n]
        check(data, content[at + 12 + n:at + 16 + n], f"the data at {at}")
        yield data
        at += 16 + n


def numbers(path, value):
    if isinstance(value, (dict, list)):
        for key, member in value.items() if isinstance(value, dict) else enumerate(value):
            yield from numbers(f"{path}/{key}", member)
    elif isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
        yield path, value


def expected(run):
    """(wall time, step, {tag: value}) of every event with figures."""
    where, updates = None, 0
    for line in (run / "metrics.jsonl").read_text().splitlines():
        event = json.loads(line)
        kind, fold = event["event"], event.get("fold")
        if kind == "stage":
            continue
        figures = {k: v for k, v in event.items() if k not in ("time", "epoch", "step", "round", "fold")}
        if "stage" in event:
            place = event["stage"] + (f"/{fold}" if fold else "")
            place += f"/round {event['round']}" if "round" in event else ""
            updates = 0 if place != where else updates
            where = place
            updates += kind == "step"
            step, path = updates, f"{place}/{kind}"
        else:
            step, path = event["round"], f"{kind}/{fold}"
        yield event["time"], step, dict(numbers(path, figures))


def main():
    run = Path(sys.argv[1])
    files = sorted(run.glob("events.out.tfevents.*"))
    assert len(files) == 1, files
    Event = event_class()
    events = [Event.FromString(data) for data in records(files[0].read_bytes())]
    assert events[0].file_version == "brain.Event:2" and events[1].session_log.status == 1, events[:2]
    wanted = list(expected(run))
    assert events[0].wall_time == events[1].wall_time == wanted[0][0], "time of the first records"
    assert len(events) - 2 == len(wanted), f"{len(events) - 2} events, the journal has {len(wanted)}"
    scalars = 0
    for event, (time, step, figures) in zip(events[2:], wanted):
        assert (event.wall_time, event.step) == (time, step), (event, time, step)
        got = {v.tag: v.simple_value for v in event.summary.value}
        want = {tag: struct.unpack("<f", struct.pack("<f", value))[0] for tag, value in figures.items()}
        assert got == want and len(event.summary.value) == len(want), (got, want)
        scalars += len(got)
    print(scalars)


if __name__ == "__main__":
    main()
