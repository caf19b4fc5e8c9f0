"""Standards 标准: dated parameters, each with its basis. A parameter without a basis computes nothing."""
