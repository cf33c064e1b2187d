"""Hands one composed message to one channel for one recipient. Decides nothing about what is worth telling."""
