"""The case desk: requests, answers, refusals and spontaneous information between authorities."""
