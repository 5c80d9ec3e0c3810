"""Synthetic training data: databases made up from domains, and questions with their SQL for any database."""
