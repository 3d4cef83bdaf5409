"""The page of benchmarks, docs/benchmarks.md, and its picture: functions of one run's file."""
