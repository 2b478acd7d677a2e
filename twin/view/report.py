"""A batch as one offline page."""
def report_html() -> str:
    """Soon."""
    return ""
