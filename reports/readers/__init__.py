"""What a report file says, read without Django: from bytes to plain values, problems and refusals."""
