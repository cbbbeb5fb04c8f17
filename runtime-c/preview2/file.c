/* Descriptors of preview 1 and their users. */
#include "preview2.h"

p2_file *p2_new_file(uint32_t fd, uint8_t filetype)
{
    p2_file *file = p2_new(sizeof *file);
    file->fd = fd;
    file->filetype = filetype;
    return file;
}

void p2_retain(p2_file *file) { file->users++; }

void p2_release(p2_file *file)
{
    if (--file->users > 0) return;
    if (!file->is_borrowed) p1_fd_close(file->fd);
    p2_free(file);
}

p1_errno p2_set_appends(p2_file *file, bool appends)
{
    if (file->appends == appends) return 0;
    p1_fdstat status;
    p1_errno error = p1_fd_fdstat_get(file->fd, &status);
    if (error) return error;
    uint32_t flags = status.flags & ~(uint32_t)P1_FDFLAG_APPEND;
    /* The host cannot change the flags for synchronous writing, so they are not passed. */
    flags &= ~(uint32_t)(P1_FDFLAG_DSYNC | P1_FDFLAG_RSYNC | P1_FDFLAG_SYNC);
    error = p1_fd_fdstat_set_flags(file->fd, flags | (appends ? P1_FDFLAG_APPEND : 0));
    if (!error) file->appends = appends;
    return error;
}
