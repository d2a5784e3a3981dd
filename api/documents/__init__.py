"""Documents on paper: what a document says (`content`), where it comes from, and how it is set as PDF, DOCX and XLSX."""
