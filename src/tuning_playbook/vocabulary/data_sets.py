"""Names of public data sets and environments, by which a list of names is one of tasks."""

from __future__ import annotations

from collections.abc import Collection

from tuning_playbook.vocabulary.names import phrases, words_of

_LISTED = phrases(
    """
    mnist, fashion mnist, fashionmnist, kmnist, emnist, cifar, svhn, stl10, imagenet, tiny
    imagenet, caltech, flowers102, food101, oxford, celeba, coco, voc, cityscapes, kitti, cora,
    citeseer, pubmed, ogbn, ogbg, mutag, nci1, enzymes, reddit, imdb, amazon, sst, ag news,
    agnews, dbpedia, yelp, trec, 20newsgroups, mnli, qqp, qnli, rte, mrpc, cola, stsb, sts b,
    wnli, boolq, squad, glue, superglue, wikitext, ptb, enwik8, gsm8k, mmlu, hellaswag,
    winogrande, truthfulqa, piqa, arc easy, arc challenge, arc e, arc c, humaneval, mbpp,
    lambada, openbookqa, etth, ettm, electricity, traffic, weather, exchange rate, iris, wine
    quality, breast cancer, california housing, adult income, covertype, digits, movielens, ml
    100k, ml 1m, qm9, zinc, bbbp, bace, tox21, hopper, walker2d, halfcheetah, humanoid, antv,
    cartpole, pendulum, acrobot, mountaincar, lunarlander, breakout, pong, seaquest, qbert,
    librispeech
    """
)
_KNOWN = tuple("".join(words) for words in _LISTED)
_MOSTLY = 0.5


def are_data_sets(names: Collection[str]) -> bool:
    """Whether at least half of some names are those of public data sets, and two at least.

    Example:
        >>> are_data_sets(["Cora", "CiteSeer", "our_graphs"]), are_data_sets(["gcn", "gat", "cora"])
        (True, False)
    """
    known = sum("".join(words_of(name)).startswith(_KNOWN) for name in names)
    return known > 1 and known >= _MOSTLY * len(names)
