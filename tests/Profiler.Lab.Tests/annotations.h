/* What the kernel's headers have in the source, and lack where they are installed. */
#define __user
#define __counted_by(member)
