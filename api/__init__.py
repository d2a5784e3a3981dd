"""How people act and look: HTTP for staff and public, authentication, imports."""
