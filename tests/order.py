"""The order in which files of tests are given out to the processes of a run; all others follow by their names."""

# One federation of running nodes serves these (tests/exchange/conftest.py): they stay together, in this order.
SHARING = (
    "tests/exchange/test_federation.py",
    "tests/exchange/test_attachments.py",
    "tests/exchange/test_door.py",
    "tests/exchange/test_notes.py",
    "tests/exchange/test_replies.py",
    "tests/exchange/test_rogue.py",
    "tests/exchange/test_erasing.py",
    "tests/exchange/test_rogue_server.py",
)

# One demo of five running nodes serves these (tests/journeys/conftest.py).
JOURNEYS = (
    "tests/journeys/test_console.py",
    "tests/journeys/test_whole_life.py",
    "tests/journeys/test_officers_at_work.py",
    "tests/journeys/test_signing_in.py",
)

# What takes long is begun first, or one process would end the run alone. By seconds of a core, the longest first.
LONG = (
    "tests/journeys/test_demo.py",
    *JOURNEYS,
    *SHARING,
    "tests/crash/test_crash.py",
    "tests/records/test_power_cut.py",
    "tests/exchange/test_postgresql.py",
    "tests/exchange/test_secrets.py",
    "tests/exchange/test_partition.py",
    "tests/cli/test_verify_node.py",
    "tests/records/test_importing.py",
    "tests/crash/test_passphrase.py",
    "tests/verify/test_ten_years_on.py",
    "tests/delivery/test_simulation.py",
    "tests/formats/test_garbled_lists.py",
    "tests/exchange/test_witnesses.py",
)
