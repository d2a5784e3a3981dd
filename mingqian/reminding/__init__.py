"""Reminders: who has what to do, told by e-mail and webhook without personal data or anything that is not public yet."""
