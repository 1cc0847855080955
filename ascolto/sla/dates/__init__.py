"""Times and dates as people write them, in Italian and English: pure, without Django."""
