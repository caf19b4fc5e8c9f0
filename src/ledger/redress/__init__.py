"""Redress 投诉、举报、申诉、复议与容错纠错: complaints, reviews, corrections and exemptions."""
