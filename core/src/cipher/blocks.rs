//! AES on many blocks at once. Its code without tables takes several blocks at a time as quickly as one.

use aes::cipher::array::ArraySize;
use aes::cipher::{
    Array, BlockCipherDecBackend, BlockCipherDecClosure, BlockCipherDecrypt, BlockCipherEncBackend,
    BlockCipherEncClosure, BlockCipherEncrypt, BlockSizeUser,
};
use aes::Aes256;

pub(super) const BLOCK: usize = 16;

type Block = [u8; BLOCK];
type Batch<N> = Array<aes::Block, N>;

/// Encrypts each of the blocks by itself.
pub(super) fn encrypt_each(cipher: &Aes256, blocks: &mut [Block]) {
    cipher.encrypt_with_backend(Each(blocks));
}

/// Decrypts each of the blocks by itself.
pub(super) fn decrypt_each(cipher: &Aes256, blocks: &mut [Block]) {
    cipher.decrypt_with_backend(Each(blocks));
}

struct Each<'a>(&'a mut [Block]);

impl Each<'_> {
    /// What is missing in the last batch is made up. Single blocks would need code of their own.
    fn in_batches<N: ArraySize>(self, work: &dyn Fn(&mut Batch<N>)) {
        for blocks in self.0.chunks_mut(N::USIZE) {
            let mut batch = Batch::<N>::default();
            for (place, block) in batch.iter_mut().zip(blocks.iter()) {
                *place = Array::from(*block);
            }
            work(&mut batch);
            for (place, block) in batch.iter().zip(blocks) {
                *block = (*place).into();
            }
        }
    }
}

impl BlockSizeUser for Each<'_> {
    type BlockSize = <Aes256 as BlockSizeUser>::BlockSize;
}

impl BlockCipherEncClosure for Each<'_> {
    fn call<B: BlockCipherEncBackend<BlockSize = Self::BlockSize>>(self, backend: &B) {
        self.in_batches::<B::ParBlocksSize>(&|batch| backend.encrypt_par_blocks_inplace(batch));
    }
}

impl BlockCipherDecClosure for Each<'_> {
    fn call<B: BlockCipherDecBackend<BlockSize = Self::BlockSize>>(self, backend: &B) {
        self.in_batches::<B::ParBlocksSize>(&|batch| backend.decrypt_par_blocks_inplace(batch));
    }
}
