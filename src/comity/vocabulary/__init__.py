"""The words of police cooperation that every other package shares: who, how urgent, how sure, how confidential."""
