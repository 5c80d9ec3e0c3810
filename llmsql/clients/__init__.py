"""Model clients: ``LLMClient`` in front, one module a provider behind it, loaded when first used."""

from llmsql.clients.base import Generation, GenerationRequest, Provider
from llmsql.clients.client import PROVIDERS, LLMClient

__all__ = ["PROVIDERS", "Generation", "GenerationRequest", "LLMClient", "Provider"]
