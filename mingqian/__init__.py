"""The front door: the command line, the demonstration and the benches. It may use every room."""
