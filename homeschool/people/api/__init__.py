"""The API: its door, its lists, its document, and what it says of people. Other rooms add theirs."""
