"""Formulas in MathML, which browsers show without a library."""


def tokens(text: str) -> str:
    """Names, numbers and operators, separated by spaces."""
    return "".join(
        f"<mi>{token}</mi>" if token.isalpha() else f"<mn>{token}</mn>" if token.isdigit() else f"<mo>{token}</mo>"
        for token in text.replace("-", "&minus;").split()
    )


def sub(base: str, index: str) -> str:
    return f"<msub><mi>{base}</mi><mrow>{tokens(index)}</mrow></msub>"


def power(base: str, exponent: str) -> str:
    return f"<msup><mrow>{base}</mrow><mrow>{exponent}</mrow></msup>"


def fraction(above: str, below: str) -> str:
    return f"<mfrac><mrow>{above}</mrow><mrow>{below}</mrow></mfrac>"


def total(over: str) -> str:
    return f"<munder><mo>&sum;</mo><mrow>{over}</mrow></munder>"


def math(*parts: str) -> str:
    return f'<math displaystyle="true">{"".join(parts)}</math>'
