import numpy as np

from ascolto.understanding.engine.encoder import DIMENSIONS, HashedEncoder


def test_the_stand_in_puts_texts_of_like_spelling_near_each_other() -> None:
    one, alike, other = HashedEncoder().encode(
        ["la bolletta è sbagliata", "le bollette sono sbagliate", "qwertz"]
    )

    assert one @ alike > 0.3 > abs(one @ other)


def test_the_stand_in_gives_the_same_vectors_of_length_one_every_time() -> None:
    texts = ["ciao", "perché non funziona? 😡"]
    vectors = HashedEncoder().encode(texts)

    assert vectors.shape == (2, DIMENSIONS)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, rtol=1e-5)
    np.testing.assert_array_equal(vectors, HashedEncoder().encode(texts))


def test_an_empty_text_has_a_vector_too() -> None:
    assert np.isfinite(HashedEncoder().encode(["", " "])).all()
