"""A whole county year, made up from a fixed seed and played through the HTTP API: 清河县 2024 (示例)."""
