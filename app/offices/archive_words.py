"""The README of an export, in both languages: it is read outside the application."""

from __future__ import annotations

TEXT = """# {zh} / {en}

## 这是什么
本文件包含该单位在平台上的全部数据，可以离开平台独立阅读和保存。

- `data/*.jsonl`：每张数据表一个文件，每行一条记录（JSON，UTF-8）。时间为 UTC，二进制内容写成 `{{"base64": ...}}`。
- `files/`：居民和工作人员上传的文件，文件名是编号；原文件名见 `data/attachment.jsonl`。
- `definitions/`：正在使用的流程图、决策表、表单和消息文本。`base` 是平台自带的，`tenants` 是本单位自己的。
- `manifest.json`：数据结构版本、各表记录数、每个文件的大小和 SHA-256、事件链的末尾，以及没有导出的内容。

没有导出的内容：密码、验证码、登录会话、查询口令等一切凭证（清单见 `left_out`）。
文件中有居民的个人信息，请妥善保管，用完删除。

## What this is
Everything this office has on the platform, to be read and kept without it.

- `data/*.jsonl`: one file for each table, one row in each line (JSON, UTF-8). Times are UTC; bytes are
  `{{"base64": ...}}`.
- `files/`: what residents and staff sent, named by id; `data/attachment.jsonl` has the names their senders gave.
- `definitions/`: the diagrams, decision tables, forms and message texts in force. `base` came with the platform,
  `tenants` is the office's own.
- `manifest.json`: version of the schema, rows of each table, size and SHA-256 of each member, the head of the chain of
  events, and what was left out.

Left out: passwords, codes, sessions, tokens and whatever else opens a door (listed under `left_out`).
The file holds personal data: keep it safe, and delete it when it has served.
"""


def readme(name_zh: str, name_en: str) -> str:
    """The text for one office; its names are its own words, on one line each."""
    return TEXT.format(zh=" ".join(name_zh.split()), en=" ".join(name_en.split()))
