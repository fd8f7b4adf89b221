"""Write the sound of the alarm: `python tools/alarm_sound.py`. Two tones and a pause; made here, nobody owns it."""

import io
import math
import struct
import wave
from pathlib import Path
from typing import Final

TARGET: Final = Path(__file__).resolve().parents[1] / "src" / "comity" / "static" / "sound" / "alarm.wav"
RATE: Final = 8_000
LOUD: Final = 0.8
FADE_S: Final = 0.02  # without it each tone begins and ends with a crack
# Hertz and seconds; 0 is silence. A pair that speech does not cover and old loudspeakers carry.
TONES: Final = ((880, 0.18), (0, 0.06), (660, 0.18), (0, 0.06), (880, 0.18), (0, 0.06), (660, 0.3), (0, 0.98))


def sound() -> bytes:
    """Return the file: mono, 16 bits, two seconds, which the page repeats."""
    samples: list[int] = []
    for hertz, seconds in TONES:
        count = round(seconds * RATE)
        for place in range(count):
            edge = min(place, count - place) / (FADE_S * RATE)
            swing = math.sin(2 * math.pi * hertz * place / RATE) + math.sin(4 * math.pi * hertz * place / RATE) / 3
            samples.append(round(swing * LOUD * 0.75 * min(1.0, edge) * 32_767))
    data = io.BytesIO()
    with wave.open(data, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return data.getvalue()


if __name__ == "__main__":
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_bytes(sound())
