"""The formula of each kind of layer, in MathML, which needs no library. `a` is the activation function."""


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


def _four(operator: str) -> str:
    return f"<mo>{operator}</mo>".join(sub("x", index) for index in "1234")


def _share(index: str) -> str:
    return power(tokens("e"), sub("s", index) + tokens("/ T"))


NORMALIZATION = math(tokens("y ="), fraction(tokens("x - mean"), "<mtext>standard deviation</mtext>"))
CONVOLUTION = math(tokens("y = a ( b +"), total("<mtext>maps, 5x5</mtext>"), tokens("w &middot; x )"))
AVERAGE = math(tokens("y ="), fraction(_four("+"), tokens("4")))
MAXIMUM = math(tokens("y = max ("), _four(","), tokens(")"))
SUBSAMPLING = math(tokens("y = a ( b + c &middot; ("), _four("+"), tokens(") )"))
SUM = math(tokens("y = a ( b +"), total(tokens("i")), sub("w", "i"), sub("x", "i"), tokens(")"))
SOFTMAX = math(sub("p", "i"), tokens("="), fraction(_share("i"), total(tokens("j")) + _share("j")))
DISTANCE = math(
    sub("s", "i"),
    tokens("= -"),
    total(tokens("j")),
    power(tokens("(") + sub("x", "j") + tokens("-") + sub("c", "i j") + tokens(")"), tokens("2")),
)
